package io.holdfast.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

    private static final int DEFAULT_COLUMNS = 80;

    /** The process's own. The launcher says which streams are terminals, because Java 17 cannot tell them apart. */
    static Terminal ofProcess() {
        boolean outIsTerminal = isTerminal("holdfast.tty.out");
        PrintStream out = new StandardOutput(new FileOutputStream(FileDescriptor.out), outIsTerminal);
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

    /** Fails if some of what was printed until now could not be written. */
    void checkOut() throws OutputFailure {
        if (out instanceof StandardOutput known) {
            if (known.failure().isPresent()) {
                throw new OutputFailure(known.failure().get());
            }
        } else if (out.checkError()) {
            throw new OutputFailure(new IOException("unknown cause"));
        }
    }

    /** Standard output for whoever must not go on when it cannot be written. */
    public OutputStream strictOut() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                out.write(one);
                checkOut();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                checkOut();
            }

            @Override
            public void flush() throws IOException {
                out.flush();
                checkOut();
            }
        };
    }

    /** Colours for standard output: on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal forbids them. */
    public Colours colours() {
        boolean wanted = outIsTerminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return wanted ? Colours.ANSI : Colours.NONE;
    }
}
