package io.holdfast.server.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What a command has around it.
 *
 * @param outIsTerminal a person reads standard output: colours and a line end after a value are welcome
 * @param errIsTerminal a person reads standard error: a progress bar may redraw its line
 * @param columns width of the person's terminal in characters
 * @param environment the environment's variables
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns,
        Map<String, String> environment) {

    private static final int OUT_BUFFER = 1 << 16;
    private static final int DEFAULT_COLUMNS = 80;

    /** The process's own. The launcher says which streams are terminals, because Java 17 cannot tell them apart. */
    static Terminal ofProcess() {
        boolean outIsTerminal = isTerminal("holdfast.tty.out");
        PrintStream out = new PrintStream(
                // A scan writes many lines: into a pipe or a file they go in blocks.
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUT_BUFFER),
                outIsTerminal,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Terminal(
                System.in,
                out,
                err,
                outIsTerminal,
                isTerminal("holdfast.tty.err"),
                Math.max(40, Integer.getInteger("holdfast.columns", DEFAULT_COLUMNS)),
                System.getenv());
    }

    private static boolean isTerminal(String property) {
        return Optional.ofNullable(System.getProperty(property))
                .map(Boolean::parseBoolean)
                .orElseGet(() -> System.console() != null);
    }

    /** Colours for standard output: on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal forbids them. */
    public Colours colours() {
        boolean wanted = outIsTerminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return wanted ? Colours.ANSI : Colours.NONE;
    }
}
