package io.holdfast.server.catalog;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.store.Query;
import io.holdfast.server.partition.ReplicaObserver;
import java.util.Optional;

/** Reads the keyspaces out of this site's replica of the catalog whenever it has applied something. */
public final class CatalogObserver implements ReplicaObserver {
    private final KeyspaceRegistry registry;
    private long seenIndex = -1;

    public CatalogObserver(KeyspaceRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void stepped(PartitionCore core) {
        long index = core.appliedIndex();
        if (index == seenIndex) {
            return;
        }
        seenIndex = index;
        Optional<Bytes> behind = Optional.empty();
        do {
            var page = (Query.Page) core.peek(everything(behind));
            page.entries().forEach(entry -> registry.add(KeyspaceCodec.decode(entry.value())));
            behind = page.resumeBehind();
        } while (behind.isPresent());
    }

    private static Query.Scan everything(Optional<Bytes> behind) {
        return new Query.Scan(Bytes.EMPTY, behind, Integer.MAX_VALUE, Integer.MAX_VALUE, false);
    }
}
