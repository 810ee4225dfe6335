package io.holdfast.core.store;

import java.util.Comparator;

/** A partition, as a transaction names it: {@code shop/7}. */
public record Participant(String keyspace, int number) implements Comparable<Participant> {
    private static final Comparator<Participant> ORDER =
            Comparator.comparing(Participant::keyspace).thenComparingInt(Participant::number);

    @Override
    public int compareTo(Participant other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return keyspace + "/" + number;
    }
}
