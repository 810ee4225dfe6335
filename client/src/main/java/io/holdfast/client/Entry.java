package io.holdfast.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One key of a scan.
 *
 * @param value the value's bytes, the caller's own; empty if only keys were asked for
 */
public record Entry(Key key, byte[] value, long version) {
    /** The value as UTF-8 text. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that
                && version == that.version
                && key.equals(that.key)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Long.hashCode(version);
    }

    @Override
    public String toString() {
        return "Entry[" + key + ", " + value.length + " bytes, version " + version + "]";
    }
}
