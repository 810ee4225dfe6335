package io.holdfast.client;

import java.util.Optional;

/**
 * Which part of a prefix a scan returns, and how.
 *
 * @param limit at most so many entries; 0 means all
 * @param keysOnly leave the values out
 * @param after start after this key; absent: at the first key of the prefix
 * @param read staleness as for a get. The deadline bounds the wait for <em>each next</em> part of the answer, not the
 *     whole scan, and only while the application wants more
 */
public record ScanOptions(long limit, boolean keysOnly, Optional<Key> after, ReadOptions read) {
    /** All entries, with values. */
    public static final ScanOptions DEFAULT = new ScanOptions(0, false, Optional.empty(), ReadOptions.DEFAULT);

    public ScanOptions {
        if (limit < 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_LIMIT, "The limit " + limit + " is negative: give 0 for all, or a positive number.");
        }
    }

    public ScanOptions withLimit(long entries) {
        return new ScanOptions(entries, keysOnly, after, read);
    }

    public ScanOptions withKeysOnly(boolean only) {
        return new ScanOptions(limit, only, after, read);
    }

    public ScanOptions withAfter(Key key) {
        return new ScanOptions(limit, keysOnly, Optional.of(key), read);
    }

    public ScanOptions withRead(ReadOptions options) {
        return new ScanOptions(limit, keysOnly, after, options);
    }
}
