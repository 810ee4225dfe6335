package io.holdfast.server.cli;

/** What the exit code of the process says. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;
    /** The command was right, but what it asked for failed, or was not there. */
    public static final int FAILED = 1;
    /** The command cannot be meant so: it would fail again until somebody changes it. */
    public static final int USAGE = 2;
    /** Ctrl-C; the JVM gives this code by itself, unless the command has noticed first. */
    public static final int INTERRUPTED = 130;

    /** The reader of a pipe has gone before the end, as after {@code | head}: what a process has that SIGPIPE ends. */
    public static final int READER_GONE = 141;

    private ExitCode() {}
}
