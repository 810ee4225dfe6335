package io.holdfast.persistence;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
 * What Pekko wants of a snapshot store, whatever it stores in: snapshots are serialized and read back on a bounded pool of
 * threads that may block, and requests of one persistence id are done one after another in the order they came, so that a load after a save sees it.
 */
public abstract class OrderedSnapshotStore extends SnapshotStore {
    /** A disk that stands still must not fill the memory: each save holds what it is to save, and its actor has long been told that it failed. */
    private static final int MOST_SAVES = 8;

    private final PayloadCodec codec;
    private final Executor blocking;
    private final PartialFunction<Object, BoxedUnit> failures = ReceiveBuilder.create()
            .match(SaveSnapshotFailure.class, failure -> failedSave = failure.metadata())
            .build()
            .onMessage();
    /** The very object that Pekko hands to its clean-up; compared by identity, touched by the actor alone. */
    private SnapshotMetadata failedSave = SnapshotMetadata.apply("", 0);

    private final Map<String, CompletableFuture<?>> tails = new ConcurrentHashMap<>();
    /** That have not ended, by persistence id. */
    private final Map<String, Integer> saves = new ConcurrentHashMap<>();

    /** @param blocking the dispatcher for all that takes long; {@link #storeSnapshot} and its like begin on it */
    protected OrderedSnapshotStore(String blocking) {
        this.codec = new PayloadCodec(context().system());
        this.blocking = context().system().dispatchers().lookup(blocking);
    }

    protected final Executor blocking() {
        return blocking;
    }

    /** The newest snapshot that matches. When that one cannot be read this fails: an older one would be a silent loss. */
    protected abstract CompletionStage<Optional<LoadedSnapshot>> loadSnapshot(
            String persistenceId, SnapshotSelectionCriteria criteria);

    /** All or nothing, durable when it completes. A failure leaves what was there before. */
    protected abstract CompletionStage<Void> storeSnapshot(SnapshotHeader header, byte[] content);

    /** Deletes one snapshot. Timestamp 0 means any; another one must match. */
    protected abstract CompletionStage<Void> deleteSnapshot(String persistenceId, long sequenceNr, long timestamp);

    protected abstract CompletionStage<Void> deleteSnapshots(String persistenceId, SnapshotSelectionCriteria criteria);

    @Override
    public final Future<Optional<SelectedSnapshot>> doLoadAsync(
            String persistenceId, SnapshotSelectionCriteria criteria) {
        return inOrder(persistenceId, () -> loadSnapshot(persistenceId, criteria)
                .thenApplyAsync(loaded -> loaded.map(this::toSnapshot), blocking));
    }

    @Override
    public final Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        String id = metadata.persistenceId();
        if (saves.getOrDefault(id, 0) >= MOST_SAVES) {
            return PluginFutures.asScala(CompletableFuture.failedStage(new StorageException("Snapshot "
                    + metadata.sequenceNr() + " of " + id + " was not begun: " + MOST_SAVES
                    + " others of it have not ended. Look at the disk; saving again is safe")));
        }
        saves.merge(id, 1, Integer::sum);
        return PluginFutures.asScala(queue(id, () -> save(metadata, snapshot))
                .whenComplete((done, failed) ->
                        saves.merge(id, -1, (count, less) -> count + less == 0 ? null : count + less)));
    }

    private CompletionStage<Void> save(SnapshotMetadata metadata, Object snapshot) {
        SerializedObject content = codec.serialize(snapshot);
        var header = SnapshotHeader.describe(
                metadata.sequenceNr(),
                metadata.timestamp(),
                metadata.persistenceId(),
                codec.serialize(metadata.metadata()),
                content);
        return storeSnapshot(header, content.bytes());
    }

    /** Pekko shows a failed save here just before it deletes "what may have been written" in the same breath. */
    @Override
    public final PartialFunction<Object, BoxedUnit> receivePluginInternal() {
        return failures;
    }

    @Override
    public final Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        // A failed save has left nothing behind, and one that timed out ends with an intact snapshot or none. Pekko's
        // clean-up names no time, so that it would take away an older, good snapshot of the same sequence number.
        if (metadata == failedSave) {
            return PluginFutures.asScala(CompletableFuture.completedStage(null));
        }
        return inOrder(
                metadata.persistenceId(),
                () -> deleteSnapshot(metadata.persistenceId(), metadata.sequenceNr(), metadata.timestamp()));
    }

    @Override
    public final Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return inOrder(persistenceId, () -> deleteSnapshots(persistenceId, criteria));
    }

    private SelectedSnapshot toSnapshot(LoadedSnapshot loaded) {
        SnapshotHeader header = loaded.header();
        try {
            SnapshotMetadata plain = header.pekkoMetadata();
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

    private <T> Future<T> inOrder(String persistenceId, Supplier<CompletionStage<T>> work) {
        return PluginFutures.asScala(queue(persistenceId, work));
    }

    /** The queue behind a persistence id is bounded by its one actor, which has a few requests under way at most, and {@link #MOST_SAVES}. */
    private <T> CompletableFuture<T> queue(String persistenceId, Supplier<CompletionStage<T>> work) {
        CompletableFuture<?> before = tails.getOrDefault(persistenceId, CompletableFuture.completedFuture(null));
        CompletableFuture<T> mine = before.handle((done, failed) -> done)
                .thenComposeAsync(ignored -> work.get(), blocking)
                .toCompletableFuture();
        tails.put(persistenceId, mine);
        mine.whenComplete((done, failed) -> tails.remove(persistenceId, mine));
        return mine;
    }
}
