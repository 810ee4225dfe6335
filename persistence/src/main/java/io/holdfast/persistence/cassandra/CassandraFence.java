package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import io.holdfast.persistence.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Shuts out the late writes of earlier lives of a persistent actor. A write that timed out may still be on its way, in a socket or a
 * hint of Cassandra, and arrive after the actor's next life has read its journal and gone on: then two events would have one
 * number. So a recovery puts a deletion behind the last event that it has read, with a timestamp of now: a write that was made earlier
 * has an older timestamp and stays deleted, whenever it arrives. Nothing confirmed is lost, because what was confirmed
 * before is read.
 *
 * <p>Later writes must have later timestamps, also those of another node whose clock is behind. So each fence is written down first, and who
 * recovers raises its timestamps above the last one. It does not stop an earlier life that goes on writing: that is shown by {@link
 * #requireOneWriter}.
 */
final class CassandraFence {
    private final CassandraTables tables;
    private final long partitionSize;

    CassandraFence(CassandraTables tables, long partitionSize) {
        this.tables = tables;
        this.partitionSize = partitionSize;
    }

    /** To be called before the last number is read. */
    CompletionStage<Long> announce(String persistenceId) {
        return tables.first("SELECT fence FROM KS.fences WHERE persistence_id = ?", persistenceId)
                .thenCompose(last -> {
                    last.ifPresent(row -> WriteTimestamps.raiseAbove(row.getLong("fence")));
                    long fence = WriteTimestamps.nextOne();
                    return tables.execute(
                                    "INSERT INTO KS.fences (persistence_id, fence) VALUES (?, ?) USING TIMESTAMP ?",
                                    persistenceId,
                                    fence,
                                    fence)
                            .thenApply(written -> fence);
                });
    }

    /** Deletes what may come behind the last number with an older timestamp. */
    CompletionStage<Void> raise(String persistenceId, long last, long fence) {
        long partition = partition(last + 1);
        return deleteBehind(persistenceId, partition, last, fence)
                .thenCompose(done -> deleteBehind(persistenceId, partition + 1, last, fence));
    }

    private CompletionStage<Void> deleteBehind(String persistenceId, long partition, long last, long fence) {
        return tables.execute(
                        "DELETE FROM KS.messages USING TIMESTAMP ? WHERE persistence_id = ? AND partition_nr = ?"
                                + " AND sequence_nr > ?",
                        fence,
                        persistenceId,
                        partition,
                        last)
                .thenAccept(done -> {});
    }

    /** The plugin stops reading at the first event with the last number, and would never see a second one. */
    CompletionStage<Void> requireOneWriter(String persistenceId, long last) {
        if (last < 1) {
            return CompletableFuture.completedStage(null);
        }
        // An event is in the partition of its number, or in the next one when its batch reached over the border.
        return writers(persistenceId, partition(last), last)
                .thenCombine(writers(persistenceId, partition(last) + 1, last), (here, next) -> {
                    if (here.size() + next.size() > 1) {
                        throw twoWriters(persistenceId, last, tables.keyspace());
                    }
                    return null;
                });
    }

    private CompletionStage<List<Row>> writers(String persistenceId, long partition, long last) {
        return tables.all(
                "SELECT writer_uuid FROM KS.messages WHERE persistence_id = ? AND partition_nr = ? AND sequence_nr = ?",
                persistenceId,
                partition,
                last);
    }

    static StorageException.TwoWriters twoWriters(String persistenceId, long sequenceNr, String keyspace) {
        return new StorageException.TwoWriters("Event " + sequenceNr + " of " + persistenceId + " is in the keyspace "
                + keyspace
                + " more than once: two lives of one replica have written side by side, and which of them was"
                + " right nobody can know. Nothing is dropped. Look for a second node with the same keyspace, and stop it; then"
                + " let this site be rebuilt from the others (docs/operations.md, \"A Cassandra that was wiped\")");
    }

    private long partition(long sequenceNr) {
        return (sequenceNr - 1) / partitionSize;
    }
}
