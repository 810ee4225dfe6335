package io.holdfast.server.catalog;

import io.holdfast.server.partition.PartitionId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The keyspaces that this node knows of: what its site's replica of the catalog has applied. Thread-safe. It may lag behind the
 * catalog by a moment, it is never ahead of it, and keyspaces only come.
 */
public final class KeyspaceRegistry {
    private final ConcurrentSkipListMap<String, KeyspaceDefinition> keyspaces = new ConcurrentSkipListMap<>();
    private final List<Consumer<KeyspaceDefinition>> listeners = new CopyOnWriteArrayList<>();

    public void add(KeyspaceDefinition definition) {
        if (keyspaces.putIfAbsent(definition.name(), definition) == null) {
            listeners.forEach(listener -> listener.accept(definition));
        }
    }

    /** The listener is called once for every keyspace, also those already known, on any thread. */
    public void onKeyspace(Consumer<KeyspaceDefinition> listener) {
        listeners.add(listener);
        keyspaces.values().forEach(listener);
    }

    public Optional<KeyspaceDefinition> find(String name) {
        return Optional.ofNullable(keyspaces.get(name));
    }

    public Optional<KeyspaceDefinition> of(PartitionId partition) {
        return find(partition.keyspace());
    }

    /** Those that users made, by name; the catalog itself is not among them. */
    public Collection<KeyspaceDefinition> userKeyspaces() {
        return keyspaces.values().stream()
                .filter(definition -> !definition.name().equals(KeyspaceDefinition.CATALOG))
                .toList();
    }
}
