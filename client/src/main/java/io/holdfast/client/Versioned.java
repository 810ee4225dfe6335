package io.holdfast.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A value with the version it has; for {@link Keyspace#putIfVersion}.
 *
 * @param value the value's bytes; the caller's own
 */
public record Versioned(byte[] value, long version) {
    /** The value as UTF-8 text. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Versioned that && version == that.version && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(version) + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "Versioned[" + value.length + " bytes, version " + version + "]";
    }
}
