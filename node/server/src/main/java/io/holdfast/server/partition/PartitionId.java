package io.holdfast.server.partition;

import io.holdfast.core.store.Participant;

/** A partition of a keyspace; its text form {@code shop/7} is also its entity id and its persistence id. */
public record PartitionId(String keyspace, int number) implements Comparable<PartitionId> {

    /** As a transaction names it. */
    public static PartitionId of(Participant participant) {
        return new PartitionId(participant.keyspace(), participant.number());
    }

    public Participant participant() {
        return new Participant(keyspace, number);
    }

    public static PartitionId parse(String text) {
        int slash = text.lastIndexOf('/');
        return new PartitionId(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    }

    @Override
    public int compareTo(PartitionId other) {
        int byName = keyspace.compareTo(other.keyspace);
        return byName != 0 ? byName : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return keyspace + "/" + number;
    }
}
