package io.holdfast.persistence.cassandra;

import java.util.Arrays;

/** An event as it goes into Cassandra: the bytes of an {@link io.holdfast.persistence.EventRecord}, with their checksum. */
record SealedEvent(byte[] record) {
    @Override
    public boolean equals(Object other) {
        return other instanceof SealedEvent that && Arrays.equals(record, that.record);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(record);
    }

    @Override
    public String toString() {
        return "SealedEvent[" + record.length + " bytes]";
    }
}
