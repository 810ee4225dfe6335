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

    private ExitCode() {}
}
