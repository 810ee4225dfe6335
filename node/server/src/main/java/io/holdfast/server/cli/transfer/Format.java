package io.holdfast.server.cli.transfer;

import io.holdfast.server.cli.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.Optional;

/** How the records lie in a file. */
enum Format {
    /** One JSON record a line. */
    JSONL,
    /** A JSON array of records. */
    JSON,
    /** A header line, and a row for each record. */
    CSV;

    /** The rows of a stream in this format. */
    RowSource open(InputStream in, char separator) throws IOException {
        return switch (this) {
            case JSONL -> new JsonLinesSource(in);
            case JSON -> new JsonArraySource(in);
            case CSV -> new CsvSource(in, separator);
        };
    }

    /**
     * The format of a file that was not given one: by its name if that says CSV or JSON Lines, else by its first character,
     * which is put back.
     */
    static Format guess(String name, PushbackInputStream in) throws IOException {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return CSV;
        }
        if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return JSONL;
        }
        return switch (firstCharacter(in).orElse('\n')) {
            case '[' -> JSON;
            case '{', '\n' -> JSONL;
            default ->
                throw CommandFailure.usage(
                        "The format of '" + name + "' does not show: give --format jsonl, json or csv.");
        };
    }

    private static Optional<Character> firstCharacter(PushbackInputStream in) throws IOException {
        byte[] start = new byte[PUSHBACK];
        int length = Math.max(0, in.read(start));
        in.unread(start, 0, length);
        for (int i = 0; i < length; i++) {
            // Bytes above 0x7f, which are negative here, are those of a byte order mark.
            if (start[i] > ' ') {
                return Optional.of((char) start[i]);
            }
        }
        return Optional.empty();
    }

    /** How much the stream given to {@link #guess} must be able to take back. */
    static final int PUSHBACK = 1024;
}
