package io.holdfast.client.internal;

import io.holdfast.client.Key;
import io.holdfast.client.Partitioner;
import java.util.Comparator;

/** A key of a keyspace. */
record Place(KeyspaceRoutes routes, Key key) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
            Comparator.comparing((Place place) -> place.routes().name()).thenComparing(Place::key);

    int partition() {
        return Partitioner.partition(key.toByteString(), routes.partitions());
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
