package io.holdfast.server.catalog;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.store.Query;
import io.holdfast.server.partition.ReplicaObserver;
import java.util.Optional;

/** Reads the keyspaces out of this site's replica of the catalog whenever it has applied something. */
public final class CatalogObserver implements ReplicaObserver {
    private static final Query.Scan EVERYTHING =
            new Query.Scan(Bytes.EMPTY, Optional.empty(), Integer.MAX_VALUE, Integer.MAX_VALUE, false);

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
        var page = (Query.Page) core.peek(EVERYTHING);
        page.entries().forEach(entry -> registry.add(KeyspaceCodec.decode(entry.value())));
    }
}
