package io.holdfast.persistence.cassandra;

import com.typesafe.config.Config;
import io.holdfast.persistence.LoadedSnapshot;
import io.holdfast.persistence.OrderedSnapshotStore;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** Pekko's snapshot store over {@link SnapshotTables}. */
public final class CassandraSnapshotStore extends OrderedSnapshotStore {
    private final CassandraStorage storage;
    private final SnapshotTables snapshots;

    /** Called by Pekko with the plugin's section. */
    public CassandraSnapshotStore(Config config) {
        super(config.getString("blocking-dispatcher"));
        storage = CassandraStorage.get(context().system());
        snapshots = new SnapshotTables(
                storage.tables(),
                Math.toIntExact(config.getMemorySize("chunk-bytes").toBytes()),
                config.getInt("chunks-in-flight"));
    }

    @Override
    protected CompletionStage<Optional<LoadedSnapshot>> loadSnapshot(
            String persistenceId, SnapshotSelectionCriteria criteria) {
        return storage.watched(snapshots
                .list(persistenceId, criteria.minSequenceNr(), criteria.maxSequenceNr())
                .thenCompose(saves -> newest(saves.iterator(), criteria))
                // What was read counts only if it is still the storage that this node has begun with.
                .thenCompose(loaded -> storage.identity().thenApply(same -> loaded)));
    }

    private CompletionStage<Optional<LoadedSnapshot>> newest(
            Iterator<SnapshotTables.Save> saves, SnapshotSelectionCriteria criteria) {
        while (saves.hasNext()) {
            SnapshotTables.Save save = saves.next();
            SnapshotHeader header = readable(save);
            if (criteria.matches(header.pekkoMetadata())) {
                return snapshots
                        .content(save, header.contentLength())
                        .handleAsync(
                                (content, failure) -> Optional.of(verified(save, header, content, failure)),
                                blocking());
            }
        }
        return CompletableFuture.completedStage(Optional.empty());
    }

    private SnapshotHeader readable(SnapshotTables.Save save) {
        try {
            SnapshotHeader header = SnapshotHeader.decode(save.header());
            if (!header.persistenceId().equals(save.persistenceId()) || header.sequenceNr() != save.sequenceNr()) {
                throw new StorageException.Corrupt(
                        "it says that it is snapshot " + header.sequenceNr() + " of " + header.persistenceId());
            }
            return header;
        } catch (StorageException.Corrupt e) {
            throw unreadable(save, e);
        }
    }

    private LoadedSnapshot verified(
            SnapshotTables.Save save, SnapshotHeader header, byte[] content, Throwable failure) {
        try {
            if (failure != null) {
                throw new CompletionException(CassandraErrors.plain(failure));
            }
            return new LoadedSnapshot(header, header.verified(content));
        } catch (StorageException.Corrupt e) {
            throw unreadable(save, e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof StorageException.Corrupt corrupt ? unreadable(save, corrupt) : e;
        }
    }

    private StorageException.Corrupt unreadable(SnapshotTables.Save save, StorageException.Corrupt why) {
        return new StorageException.Corrupt(
                "Snapshot " + save.sequenceNr() + " of " + save.persistenceId() + ", save " + save.id() + " in "
                        + storage.place() + ", cannot be read: " + why.getMessage()
                        + ". If a newer release has run here, run"
                        + " that release again. Otherwise check the disks of Cassandra, or let this site be rebuilt from the"
                        + " others",
                why);
    }

    @Override
    protected CompletionStage<Void> storeSnapshot(SnapshotHeader header, byte[] content) {
        return storage.watchedWrite(storage.<Void>refusal().orElseGet(() -> snapshots.save(header, content)));
    }

    @Override
    protected CompletionStage<Void> deleteSnapshot(String persistenceId, long sequenceNr, long timestamp) {
        return storage.watchedWrite(storage.<Void>refusal().orElseGet(() -> snapshots
                .list(persistenceId, sequenceNr, sequenceNr)
                .thenCompose(saves -> snapshots.delete(saves.stream()
                        .filter(save -> timestamp == 0 || readable(save).timestamp() == timestamp)
                        .toList()))));
    }

    @Override
    protected CompletionStage<Void> deleteSnapshots(String persistenceId, SnapshotSelectionCriteria criteria) {
        return storage.watchedWrite(storage.<Void>refusal().orElseGet(() -> deleteThose(persistenceId, criteria)));
    }

    private CompletionStage<Void> deleteThose(String persistenceId, SnapshotSelectionCriteria criteria) {
        long from = criteria.minSequenceNr();
        long to = criteria.maxSequenceNr();
        // Without bounds in time the numbers say enough, and so what is damaged or half saved can be deleted as well.
        boolean anyTime = criteria.minTimestamp() <= 0 && criteria.maxTimestamp() == Long.MAX_VALUE;
        CompletionStage<List<SnapshotTables.Save>> matching = anyTime
                ? snapshots.all(persistenceId, from, to)
                : snapshots.list(persistenceId, from, to).thenApply(saves -> saves.stream()
                        .filter(save -> criteria.matches(readable(save).pekkoMetadata()))
                        .toList());
        return matching.thenCompose(snapshots::delete);
    }
}
