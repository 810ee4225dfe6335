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

    /** By hand: every request looks its partition up, and the simple compiler makes what a record has by itself the slow way. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionId id && number == id.number && keyspace.equals(id.keyspace);
    }

    @Override
    public int hashCode() {
        return 31 * keyspace.hashCode() + number;
    }

    @Override
    public String toString() {
        return keyspace + "/" + number;
    }
}
