package io.holdfast.server;

import io.holdfast.persistence.StorageHealth;
import io.holdfast.persistence.cassandra.CassandraStorage;
import io.holdfast.persistence.cells.SharedCells;
import io.holdfast.persistence.rocksdb.RocksStorage;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/** The health of the storage that a node's settings have chosen. Thread-safe. */
final class NodeStorage {
    private NodeStorage() {}

    /** Tells the present state of every part, and every change; the listener must be quick and must not block. */
    static void subscribe(ClassicActorSystemProvider system, Consumer<StorageHealth> listener) {
        if (CassandraStorage.isUsedBy(system)) {
            CassandraStorage.get(system).subscribe(listener);
        } else {
            RocksStorage.get(system).subscribe(listener);
        }
    }

    /** What the nodes of the site share beside the journal, if the journal is one that they can share. */
    static Optional<SharedCells> shared(ClassicActorSystemProvider system) {
        return CassandraStorage.isUsedBy(system)
                ? Optional.of(CassandraStorage.get(system).cells())
                : Optional.empty();
    }

    static List<StorageHealth> health(ClassicActorSystemProvider system) {
        return CassandraStorage.isUsedBy(system)
                ? List.of(CassandraStorage.get(system).health())
                : RocksStorage.get(system).health();
    }
}
