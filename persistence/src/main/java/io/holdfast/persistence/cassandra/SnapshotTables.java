package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Snapshots in rows of a bounded size. A save is announced with its header, then its chunks are written, then it is marked as complete; only
 * complete saves are ever shown. What a crash has left half done is removed by the next save.
 *
 * <p>Chunks lie in partitions of {@value #CHUNKS_OF_SEGMENT}, because Cassandra's partitions should stay below a hundred MiB.
 */
final class SnapshotTables {
    private static final int CHUNKS_OF_SEGMENT = 64;

    private final CassandraTables tables;
    private final int chunkBytes;
    private final int inFlight;

    /**
     * One save.
     *
     * @param id a time-based UUID: of two saves with one number the later counts
     * @param header bytes of a {@link SnapshotHeader}
     */
    record Save(String persistenceId, long sequenceNr, UUID id, boolean complete, int chunks, byte[] header) {
        private int segments() {
            return (chunks + CHUNKS_OF_SEGMENT - 1) / CHUNKS_OF_SEGMENT;
        }
    }

    /**
     * @param chunkBytes of one row
     * @param inFlight rows written at once
     */
    SnapshotTables(CassandraTables tables, int chunkBytes, int inFlight) {
        this.tables = tables;
        this.chunkBytes = chunkBytes;
        this.inFlight = inFlight;
    }

    /** Complete saves with numbers in the range, newest first. */
    CompletionStage<List<Save>> list(String persistenceId, long from, long to) {
        return all(persistenceId, from, to)
                .thenApply(saves -> saves.stream().filter(Save::complete).toList());
    }

    /** Also what was never completed: its writer may have died, or be at it. */
    CompletionStage<List<Save>> all(String persistenceId, long from, long to) {
        return tables.all(
                        "SELECT sequence_nr, save_id, complete, chunks, header FROM KS.snapshots"
                                + " WHERE persistence_id = ? AND sequence_nr >= ? AND sequence_nr <= ?",
                        persistenceId,
                        from,
                        to)
                .thenApply(rows -> rows.stream()
                        .map(row -> toSave(persistenceId, row))
                        .sorted(Comparator.comparingLong(Save::sequenceNr)
                                .thenComparingLong(save -> save.id().timestamp())
                                .reversed())
                        .toList());
    }

    private static Save toSave(String persistenceId, Row row) {
        // A row without a header was marked as complete after somebody had removed it: no snapshot.
        boolean whole = row.getBoolean("complete") && !row.isNull("header");
        byte[] header = row.isNull("header") ? new byte[0] : CassandraStorage.bytes(row.getByteBuffer("header"));
        return new Save(
                persistenceId, row.getLong("sequence_nr"), row.getUuid("save_id"), whole, row.getInt("chunks"), header);
    }

    CompletionStage<Void> save(SnapshotHeader header, byte[] content) {
        int chunks = (content.length + chunkBytes - 1) / chunkBytes;
        var save = new Save(
                header.persistenceId(), header.sequenceNr(), Uuids.timeBased(), false, chunks, header.encode());
        return tables.execute(
                        "INSERT INTO KS.snapshots (persistence_id, sequence_nr, save_id, complete, chunks, header)"
                                + " VALUES (?, ?, ?, false, ?, ?)",
                        save.persistenceId(),
                        save.sequenceNr(),
                        save.id(),
                        chunks,
                        ByteBuffer.wrap(save.header()))
                .thenCompose(announced -> write(save, content))
                .thenCompose(written -> mark(save, true))
                .thenCompose(complete -> removeSuperseded(save));
    }

    /** So many writers at once, each with every so-many-th chunk. */
    private CompletionStage<Void> write(Save save, byte[] content) {
        return CompletableFuture.allOf(IntStream.range(0, Math.min(inFlight, save.chunks()))
                .mapToObj(first -> writeFrom(save, content, first).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletionStage<Void> writeFrom(Save save, byte[] content, int chunk) {
        if (chunk >= save.chunks()) {
            return CompletableFuture.completedStage(null);
        }
        int from = chunk * chunkBytes;
        return tables.execute(
                        "INSERT INTO KS.snapshot_chunks (persistence_id, save_id, segment, chunk, bytes)"
                                + " VALUES (?, ?, ?, ?, ?)",
                        save.persistenceId(),
                        save.id(),
                        chunk / CHUNKS_OF_SEGMENT,
                        chunk,
                        ByteBuffer.wrap(content, from, Math.min(chunkBytes, content.length - from)))
                .thenCompose(written -> writeFrom(save, content, chunk + inFlight));
    }

    private CompletionStage<Void> mark(Save save, boolean complete) {
        return tables.execute(
                        "UPDATE KS.snapshots SET complete = ? WHERE persistence_id = ? AND sequence_nr = ? AND save_id = ?",
                        complete,
                        save.persistenceId(),
                        save.sequenceNr(),
                        save.id())
                .thenAccept(done -> {});
    }

    /** Older saves of the same number, and what was never completed. */
    private CompletionStage<Void> removeSuperseded(Save save) {
        return all(save.persistenceId(), 0, Long.MAX_VALUE)
                .thenCompose(saves -> delete(saves.stream()
                        .filter(other -> !other.id().equals(save.id()))
                        .filter(other -> !other.complete() || other.sequenceNr() == save.sequenceNr())
                        .toList()));
    }

    /** One after the other: first it is no snapshot any more, then its chunks go, then the trace of it. */
    CompletionStage<Void> delete(List<Save> saves) {
        CompletionStage<Void> done = CompletableFuture.completedStage(null);
        for (Save save : saves) {
            done = done.thenCompose(before -> mark(save, false));
            for (int segment = 0; segment < save.segments(); segment++) {
                int one = segment;
                done = done.thenCompose(before -> tables.execute(
                                "DELETE FROM KS.snapshot_chunks WHERE persistence_id = ? AND save_id = ? AND segment = ?",
                                save.persistenceId(),
                                save.id(),
                                one)
                        .thenAccept(deleted -> {}));
            }
            done = done.thenCompose(before -> tables.execute(
                            "DELETE FROM KS.snapshots WHERE persistence_id = ? AND sequence_nr = ? AND save_id = ?",
                            save.persistenceId(),
                            save.sequenceNr(),
                            save.id())
                    .thenAccept(deleted -> {}));
        }
        return done;
    }

    /**
     * All that is there of the content, but no more than so many bytes; whether it is what was saved the header tells.
     *
     * @throws StorageException.Corrupt through the stage, if there is more
     */
    CompletionStage<byte[]> content(Save save, long length) {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(length));
        return read(save, 0, content).thenApply(done -> Arrays.copyOf(content.array(), content.position()));
    }

    private CompletionStage<Void> read(Save save, int segment, ByteBuffer content) {
        if (segment == save.segments()) {
            return CompletableFuture.completedStage(null);
        }
        return tables.execute(
                        "SELECT bytes FROM KS.snapshot_chunks WHERE persistence_id = ? AND save_id = ? AND segment = ?",
                        save.persistenceId(),
                        save.id(),
                        segment)
                .thenCompose(page -> append(page, content))
                .thenCompose(done -> read(save, segment + 1, content));
    }

    private static CompletionStage<Void> append(AsyncResultSet page, ByteBuffer content) {
        for (Row row : page.currentPage()) {
            ByteBuffer bytes = row.getByteBuffer("bytes");
            if (bytes == null || bytes.remaining() > content.remaining()) {
                throw new StorageException.Corrupt("it holds other chunks than were written");
            }
            content.put(bytes);
        }
        return page.hasMorePages()
                ? page.fetchNextPage().thenCompose(next -> append(next, content))
                : CompletableFuture.completedStage(null);
    }
}
