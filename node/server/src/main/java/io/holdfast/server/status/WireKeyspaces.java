package io.holdfast.server.status;

import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.v1.Keyspace;

/** Keyspaces as the public face shows them. */
public final class WireKeyspaces {
    private WireKeyspaces() {}

    public static Keyspace of(KeyspaceDefinition definition) {
        return Keyspace.newBuilder()
                .setName(definition.name())
                .setPartitions(definition.partitions())
                .setTolerates(definition.tolerates())
                .setHistoryMillis(definition.historyMillis())
                .addAllSites(definition.sites().stream().map(SiteId::name).toList())
                .build();
    }
}
