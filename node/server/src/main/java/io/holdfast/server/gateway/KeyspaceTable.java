package io.holdfast.server.gateway;

import io.holdfast.client.Partitioner;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.partition.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The users' keyspaces, prepared for finding a key's partition without making anything. Thread-safe. */
public final class KeyspaceTable {
    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

    /** A keyspace and its partitions in order. */
    public record Entry(KeyspaceDefinition definition, List<PartitionId> partitions) {
        public PartitionId partitionOf(byte[] key) {
            return partitions.get(Partitioner.partition(key, partitions.size()));
        }
    }

    public KeyspaceTable(KeyspaceRegistry registry) {
        registry.onKeyspace(definition -> {
            if (!definition.name().equals(KeyspaceDefinition.CATALOG)) {
                entries.put(definition.name(), new Entry(definition, definition.partitionIds()));
            }
        });
    }

    public Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }
}
