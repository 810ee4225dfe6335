package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import io.holdfast.persistence.cells.SharedCells;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.stream.connectors.cassandra.javadsl.CassandraSessionRegistry;

/**
 * The keyspace that an actor system uses, which storage it is, and how it is doing. The plugins share one session with it. Thread-safe; nothing blocks.
 */
public final class CassandraStorage implements Extension {
    static final String SECTION = "holdfast.persistence.cassandra";

    private static final String ID = "id";
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

    private static final class Id extends AbstractExtensionId<CassandraStorage> {
        private static final Id INSTANCE = new Id();

        @Override
        public CassandraStorage createExtension(ExtendedActorSystem system) {
            return new CassandraStorage(system);
        }
    }

    private final CassandraTables tables;
    private final HealthCell health;
    private final CassandraHealth outcomes;
    /** The storage that this process has begun with. */
    private final AtomicReference<Optional<Long>> begunWith = new AtomicReference<>(Optional.empty());

    private volatile boolean replaced;

    private CassandraStorage(ExtendedActorSystem system) {
        var config = system.settings().config().getConfig(SECTION);
        String keyspace = config.getString("journal.keyspace");
        this.tables = new CassandraTables(
                CassandraSessionRegistry.get((ActorSystem) system)
                        .sessionFor(SECTION)
                        .underlying(),
                keyspace);
        this.health = new HealthCell(
                "Cassandra keyspace " + keyspace + " at " + config.getStringList("driver.basic.contact-points"),
                Clock.systemUTC());
        this.outcomes = new CassandraHealth(health, System::nanoTime);
        // Replicas that have failed come back with a backoff of their own; somebody has to see that Cassandra is back,
        // and that it is still the same.
        Cancellable probes = system.scheduler()
                .scheduleWithFixedDelay(PROBE_INTERVAL, PROBE_INTERVAL, this::identity, system.dispatcher());
        system.registerOnTermination(probes::cancel);
    }

    /** To be asked for only in a system that is configured for Cassandra. */
    public static CassandraStorage get(ClassicActorSystemProvider system) {
        return Id.INSTANCE.get(system);
    }

    /** Whether the actor system keeps its journal in Cassandra. */
    public static boolean isUsedBy(ClassicActorSystemProvider system) {
        return system.classicSystem()
                .settings()
                .config()
                .getString("pekko.persistence.journal.plugin")
                .equals(SECTION + ".journal");
    }

    public StorageHealth health() {
        return health.current();
    }

    /** As {@code RocksStorage.subscribe}: the present state at once, then every change; the listener must not block. */
    public Runnable subscribe(Consumer<StorageHealth> listener) {
        health.subscribe(listener);
        return () -> health.unsubscribe(listener);
    }

    CassandraTables tables() {
        return tables;
    }

    String place() {
        return health.current().place();
    }

    /**
     * The number that the keyspace got when it was created, by which a storage is known: a keyspace that was lost and created anew has
     * another one. Never 0.
     *
     * <p>The first answer is what this process holds to. It fails when the keyspace has another number later, or none: then its
     * content is not what this process has written, and nothing may be built on it until the process has started anew.
     */
    public CompletionStage<Long> identity() {
        return watched(tables.first("SELECT value FROM KS.storage WHERE name = ?", ID)
                .thenApply(row -> row.map(CassandraStorage::number)
                        .orElseThrow(() -> replaced(place()
                                + " has no identity: it was emptied. Create its schema again (holdfast cassandra schema) and"
                                + " start the node anew, which is then rebuilt from the other sites")))
                .thenApply(this::unchanged));
    }

    private static long number(Row row) {
        return row.getByteBuffer("value").getLong();
    }

    private long unchanged(long found) {
        long begun = begunWith
                .updateAndGet(known -> known.isPresent() ? known : Optional.of(found))
                .orElseThrow();
        if (begun != found) {
            throw replaced(String.format(
                    Locale.ROOT,
                    "%s is storage %016x, and this node has begun with %016x: it was replaced under a running node. Start the"
                            + " node anew, which is then rebuilt from the other sites",
                    place(),
                    found,
                    begun));
        }
        return found;
    }

    /** For good: only a new process may use what is there now. */
    private StorageException.Corrupt replaced(String message) {
        replaced = true;
        health.report(StorageHealth.State.CORRUPT, message);
        return new StorageException.Corrupt(message);
    }

    /** Fails what would be written to another storage than this process has begun with. */
    <T> Optional<CompletionStage<T>> refusal() {
        return replaced
                ? Optional.of(CompletableFuture.failedStage(
                        new StorageException.Corrupt(health.current().message())))
                : Optional.empty();
    }

    /** Values that the nodes of the site share. A lost keyspace loses them. */
    public SharedCells cells() {
        return new CassandraCells(this);
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Takes the outcome of what only reads, or changes a cell alone, into the health. */
    <T> CompletionStage<T> watched(CompletionStage<T> stage) {
        return stage.whenComplete((done, failure) -> {
            if (!replaced) {
                outcomes.read(failure);
            }
        });
    }

    /** The same of what writes events or snapshots. */
    <T> CompletionStage<T> watchedWrite(CompletionStage<T> stage) {
        return stage.whenComplete((done, failure) -> {
            if (!replaced) {
                outcomes.written(failure);
            }
        });
    }
}
