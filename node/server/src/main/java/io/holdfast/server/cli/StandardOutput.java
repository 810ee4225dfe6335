package io.holdfast.server.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Standard output, which remembers why it could not be written: a {@link PrintStream} keeps that to itself. */
final class StandardOutput extends PrintStream {
    // A scan writes many lines: into a pipe or a file they go in blocks.
    private static final int BUFFER = 1 << 16;

    private final Sink sink;

    StandardOutput(OutputStream out, boolean autoFlush) {
        this(new Sink(out), autoFlush);
    }

    private StandardOutput(Sink sink, boolean autoFlush) {
        super(new BufferedOutputStream(sink, BUFFER), autoFlush, StandardCharsets.UTF_8);
        this.sink = sink;
    }

    /** Why some of what was printed is lost. What is still in the buffer has not failed yet. */
    Optional<IOException> failure() {
        return Optional.ofNullable(sink.failure);
    }

    private static final class Sink extends FilterOutputStream {
        private volatile IOException failure;

        Sink(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException failed) {
                failure = failure == null ? failed : failure;
                throw failed;
            }
        }
    }
}
