package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.Optional;

/** A value of a key, or its deletion, from a timestamp on. */
final class Version {
    private final long timestamp;
    // Null inside this class only: an Optional would cost 16 bytes for each key in memory.
    private final Bytes value;

    private Version(long timestamp, Bytes value) {
        this.timestamp = timestamp;
        this.value = value;
    }

    static Version of(long timestamp, Bytes value) {
        return new Version(timestamp, value);
    }

    static Version deletion(long timestamp) {
        return new Version(timestamp, null);
    }

    long timestamp() {
        return timestamp;
    }

    boolean deleted() {
        return value == null;
    }

    Optional<Bytes> value() {
        return Optional.ofNullable(value);
    }

    /** What it takes in memory, roughly, without the key. */
    long bytes() {
        return 48 + (value == null ? 0 : value.length());
    }
}
