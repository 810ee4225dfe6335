package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.japi.pf.ReceiveBuilder;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import scala.PartialFunction;
import scala.concurrent.Future;
import scala.runtime.BoxedUnit;

/**
 * Pekko's snapshot store over {@link SnapshotDirectory}. Serialization and files are the work of a bounded blocking pool;
 * requests of one persistence id are done one after another in the order they came, so that a load after a save sees it.
 */
public final class RocksSnapshotStore extends SnapshotStore {
    private final SnapshotDirectory directory;
    private final PayloadCodec codec;
    private final Executor blocking;
    private final PartialFunction<Object, BoxedUnit> failures = ReceiveBuilder.create()
            .match(SaveSnapshotFailure.class, failure -> failedSave = failure.metadata())
            .build()
            .onMessage();
    /** The very object that Pekko hands to its clean-up; compared by identity, touched by the actor alone. */
    private SnapshotMetadata failedSave = SnapshotMetadata.apply("", 0);

    private final Map<String, CompletableFuture<?>> tails = new ConcurrentHashMap<>();

    /**
     * Called by Pekko with the plugin's section; keys that it lacks come from {@code
     * holdfast.persistence.rocksdb.snapshot-store}.
     */
    public RocksSnapshotStore(Config config) {
        var system = context().system();
        var settings = config.withFallback(
                system.settings().config().getConfig("holdfast.persistence.rocksdb.snapshot-store"));
        directory = RocksStorage.get(system)
                .snapshots(JournalSettings.directory(settings).resolve("snapshots"));
        codec = new PayloadCodec(system);
        blocking = system.dispatchers().lookup(settings.getString("blocking-dispatcher"));
        // At the start, so that a directory in use shows in the log and the health before the first snapshot.
        blocking.execute(directory::openOrReport);
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return inOrder(
                persistenceId, () -> directory.load(persistenceId, criteria).map(this::toSnapshot));
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        return inOrder(metadata.persistenceId(), () -> {
            SerializedObject content = codec.serialize(snapshot);
            var header = SnapshotFile.describe(
                    metadata.sequenceNr(),
                    metadata.timestamp(),
                    metadata.persistenceId(),
                    codec.serialize(metadata.metadata()),
                    content);
            directory.save(header, content.bytes());
            return null;
        });
    }

    /** Pekko shows a failed save here just before it deletes "what may have been written" in the same breath. */
    @Override
    public PartialFunction<Object, BoxedUnit> receivePluginInternal() {
        return failures;
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        // A failed save has left nothing behind, and one that timed out ends with an intact snapshot or none. Pekko's
        // clean-up names no time, so that it would take away an older, good snapshot of the same sequence number.
        if (metadata == failedSave) {
            return PluginFutures.asScala(CompletableFuture.completedStage(null));
        }
        return inOrder(metadata.persistenceId(), () -> {
            directory.delete(metadata.persistenceId(), metadata.sequenceNr(), metadata.timestamp());
            return null;
        });
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return inOrder(persistenceId, () -> {
            directory.delete(persistenceId, criteria);
            return null;
        });
    }

    private SelectedSnapshot toSnapshot(SnapshotFile.Loaded loaded) {
        SnapshotFile header = loaded.header();
        try {
            SnapshotMetadata plain = SnapshotDirectory.metadata(header);
            SnapshotMetadata metadata = header.metadata()
                    .map(stored -> plain.withMetadata(codec.deserialize(stored)))
                    .orElse(plain);
            return SelectedSnapshot.create(metadata, codec.deserialize(loaded.content()));
        } catch (Exception e) {
            throw new StorageException(
                    "Snapshot " + header.sequenceNr() + " of " + header.persistenceId()
                            + " is intact but cannot be turned into an object again: " + e + ". It is "
                            + loaded.content()
                            + "; configure the serializer that wrote it (pekko.actor.serializers)",
                    e);
        }
    }

    /** The queue behind a persistence id is bounded by its one actor, which has a few requests under way at most. */
    private <T> Future<T> inOrder(String persistenceId, Supplier<T> work) {
        CompletableFuture<?> before = tails.getOrDefault(persistenceId, CompletableFuture.completedFuture(null));
        CompletableFuture<T> mine =
                before.handle((done, failed) -> done).thenApplyAsync(ignored -> work.get(), blocking);
        tails.put(persistenceId, mine);
        mine.whenComplete((done, failed) -> tails.remove(persistenceId, mine));
        return PluginFutures.asScala(mine);
    }
}
