package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import io.holdfast.persistence.LoadedSnapshot;
import io.holdfast.persistence.OrderedSnapshotStore;
import io.holdfast.persistence.SnapshotHeader;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** Pekko's snapshot store over {@link SnapshotDirectory}. */
public final class RocksSnapshotStore extends OrderedSnapshotStore {
    private static final String SECTION = "holdfast.persistence.rocksdb.snapshot-store";

    private final SnapshotDirectory directory;

    /** Called by Pekko with the plugin's section; keys that it lacks come from {@code holdfast.persistence.rocksdb.snapshot-store}. */
    public RocksSnapshotStore(Config config) {
        super(
                config.hasPath("blocking-dispatcher")
                        ? config.getString("blocking-dispatcher")
                        : "holdfast.persistence.rocksdb.snapshot-dispatcher");
        var system = context().system();
        var settings = config.withFallback(system.settings().config().getConfig(SECTION));
        directory = RocksStorage.get(system).snapshots(RocksStorage.snapshotsIn(JournalSettings.directory(settings)));
        // At the start, so that a directory in use shows in the log and the health before the first snapshot.
        blocking().execute(directory::openOrReport);
    }

    @Override
    protected CompletionStage<Optional<LoadedSnapshot>> loadSnapshot(
            String persistenceId, SnapshotSelectionCriteria criteria) {
        return CompletableFuture.completedStage(directory.load(persistenceId, criteria));
    }

    @Override
    protected CompletionStage<Void> storeSnapshot(SnapshotHeader header, byte[] content) {
        directory.save(header, content);
        return CompletableFuture.completedStage(null);
    }

    @Override
    protected CompletionStage<Void> deleteSnapshot(String persistenceId, long sequenceNr, long timestamp) {
        directory.delete(persistenceId, sequenceNr, timestamp);
        return CompletableFuture.completedStage(null);
    }

    @Override
    protected CompletionStage<Void> deleteSnapshots(String persistenceId, SnapshotSelectionCriteria criteria) {
        directory.delete(persistenceId, criteria);
        return CompletableFuture.completedStage(null);
    }
}
