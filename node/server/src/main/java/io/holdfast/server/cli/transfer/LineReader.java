package io.holdfast.server.cli.transfer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Splits a stream into lines, as bytes, with their numbers. A line ends with LF or CR LF; the last one may lack it. */
final class LineReader {
    /** Longer than any record that fits into a value of 1 MiB, however its JSON is spaced and escaped. */
    static final int MAX_LINE_BYTES = 8 << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private long number;

    LineReader(InputStream in) {
        this.in = in;
    }

    /**
     * One line.
     *
     * @param number from 1
     * @param bytes without the line's end; cut off if {@code tooLong}
     * @param end LF or CR LF; empty at the last line if it lacks it
     */
    record Line(long number, byte[] bytes, boolean tooLong, String end) {
        boolean isBlank() {
            for (byte each : bytes) {
                if (each != ' ' && each != '\t') {
                    return false;
                }
            }
            return true;
        }
    }

    /** The next line; empty at the end. */
    Optional<Line> next() throws IOException {
        ByteArrayOutputStream start = null;
        boolean tooLong = false;
        while (fill()) {
            int lineEnd = position;
            while (lineEnd < end && buffer[lineEnd] != '\n') {
                lineEnd++;
            }
            int from = position;
            boolean complete = lineEnd < end;
            position = complete ? lineEnd + 1 : end;
            if (complete && start == null) {
                return Optional.of(line(Arrays.copyOfRange(buffer, from, lineEnd), false, true));
            }
            start = start == null ? new ByteArrayOutputStream(2 * (lineEnd - from)) : start;
            if (start.size() + lineEnd - from > MAX_LINE_BYTES) {
                tooLong = true;
            } else {
                start.write(buffer, from, lineEnd - from);
            }
            if (complete) {
                return Optional.of(line(start.toByteArray(), tooLong, true));
            }
        }
        return start == null ? Optional.empty() : Optional.of(line(start.toByteArray(), tooLong, false));
    }

    private Line line(byte[] bytes, boolean tooLong, boolean ended) {
        number++;
        int from = number == 1 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        boolean carriageReturn = bytes.length > from && bytes[bytes.length - 1] == '\r';
        int to = carriageReturn ? bytes.length - 1 : bytes.length;
        byte[] content = from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
        return new Line(number, content, tooLong, (carriageReturn ? "\r" : "") + (ended ? "\n" : ""));
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    private boolean fill() throws IOException {
        if (position < end) {
            return true;
        }
        position = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }
}
