package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.List;
import java.util.Optional;

/** A question to one partition, and its answer. */
public sealed interface Query {

    record Get(Bytes key) implements Query {}

    /**
     * @param after start behind this key
     * @param maxEntries at most so many entries, at least 1
     * @param maxBytes stop when the entries exceed this; at least one entry is given if there is one
     */
    record Scan(Bytes prefix, Optional<Bytes> after, int maxEntries, int maxBytes, boolean keysOnly) implements Query {}

    sealed interface Answer {}

    /** @param version 0 if absent */
    record Value(Optional<Bytes> value, long version) implements Answer {
        public static final Value ABSENT = new Value(Optional.empty(), 0);
    }

    /** @param more whether there are further entries behind the last one */
    record Page(List<KeyValue> entries, boolean more) implements Answer {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    record KeyValue(Bytes key, Bytes value, long version) {}
}
