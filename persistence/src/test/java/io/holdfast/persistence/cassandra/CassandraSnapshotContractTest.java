package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.holdfast.persistence.SnapshotContract;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.junit.jupiter.api.Test;

class CassandraSnapshotContractTest extends SnapshotContract {
    private final int number = TestCassandra.number();

    @Override
    protected ActorSystem startSystem() {
        return ActorSystem.create("snapshots", TestCassandra.ready());
    }

    @Override
    protected String id(String name) {
        return number + "/" + name;
    }

    @Override
    protected void store(SnapshotHeader header, byte[] content) {
        new SnapshotTables(CassandraStorage.get(system).tables(), 8, 2)
                .save(header, content)
                .toCompletableFuture()
                .join();
    }

    private List<Row> rows(String cql, Object... values) {
        return CassandraStorage.get(system)
                .tables()
                .all(cql, values)
                .toCompletableFuture()
                .join();
    }

    private UUID saveOf(String id, long sequenceNr) {
        return rows("SELECT save_id FROM KS.snapshots WHERE persistence_id = ? AND sequence_nr = ?", id, sequenceNr)
                .get(0)
                .getUuid("save_id");
    }

    @Test
    void aDamagedSnapshotFailsTheLoadInsteadOfServingAnOlderOne() {
        String a = id("a");
        probe.save(SnapshotMetadata.apply(a, 1), "old");
        probe.save(SnapshotMetadata.apply(a, 2), "new");
        UUID save = saveOf(a, 2);
        for (byte[] content : new byte[][] {"nev".getBytes(), "ne".getBytes(), "news".getBytes(), {}}) {
            rows(
                    "INSERT INTO KS.snapshot_chunks (persistence_id, save_id, segment, chunk, bytes) VALUES (?, ?, 0, 0, ?)",
                    a,
                    save,
                    ByteBuffer.wrap(content));
            assertThatThrownBy(() -> probe.load(a, LATEST))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("Snapshot 2 of " + a)
                    .hasMessageContaining(save.toString());
        }
        rows("DELETE FROM KS.snapshot_chunks WHERE persistence_id = ? AND save_id = ? AND segment = 0", a, save);
        assertThatThrownBy(() -> probe.load(a, LATEST)).isInstanceOf(StorageException.Corrupt.class);
        rows(
                "UPDATE KS.snapshots SET header = ? WHERE persistence_id = ? AND sequence_nr = 2 AND save_id = ?",
                ByteBuffer.wrap(new byte[] {1, 2, 3}),
                a,
                save);
        assertThatThrownBy(() -> probe.load(a, LATEST)).isInstanceOf(StorageException.Corrupt.class);
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots(a, LATEST));
        assertThat(state(a, LATEST)).as("damaged snapshots can be deleted").isEqualTo("nothing");
    }

    @Test
    void whatACrashedSaveHasLeftIsNeverShownAndGoesWithTheNextSave() {
        String a = id("a");
        probe.save(SnapshotMetadata.apply(a, 1), "s");
        UUID half = halfSaved(a);
        assertThat(state(a, LATEST)).isEqualTo("s");
        probe.save(SnapshotMetadata.apply(a, 2), "next");
        assertThat(rows("SELECT save_id FROM KS.snapshots WHERE persistence_id = ?", a))
                .hasSize(2);
        assertThatNothingIsLeftOf(a, half);
        assertThat(state(a, LATEST)).isEqualTo("next");
    }

    /** A journal that is given up has no next save. */
    @Test
    void whatACrashedSaveHasLeftGoesWhenAllSnapshotsAreDeleted() {
        String a = id("a");
        UUID half = halfSaved(a);
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots(a, LATEST));
        assertThat(rows("SELECT save_id FROM KS.snapshots WHERE persistence_id = ?", a))
                .isEmpty();
        assertThatNothingIsLeftOf(a, half);
    }

    private UUID halfSaved(String persistenceId) {
        UUID half = Uuids.timeBased();
        rows(
                "INSERT INTO KS.snapshots (persistence_id, sequence_nr, save_id, complete, chunks, header)"
                        + " VALUES (?, 9, ?, false, 100, ?)",
                persistenceId,
                half,
                ByteBuffer.wrap(new byte[] {1}));
        rows(
                "INSERT INTO KS.snapshot_chunks (persistence_id, save_id, segment, chunk, bytes) VALUES (?, ?, 1, 70, ?)",
                persistenceId,
                half,
                ByteBuffer.wrap(new byte[] {1}));
        return half;
    }

    private void assertThatNothingIsLeftOf(String persistenceId, UUID save) {
        assertThat(rows(
                        "SELECT chunk FROM KS.snapshot_chunks WHERE persistence_id = ? AND save_id = ? AND segment = 1",
                        persistenceId,
                        save))
                .isEmpty();
    }

    @Test
    void chunksOfAReplacedSnapshotGoWithIt() {
        String a = id("a");
        probe.save(SnapshotMetadata.apply(a, 1), "first");
        UUID first = saveOf(a, 1);
        probe.save(SnapshotMetadata.apply(a, 1), "second");
        assertThat(saveOf(a, 1)).isNotEqualTo(first);
        assertThat(rows(
                        "SELECT chunk FROM KS.snapshot_chunks WHERE persistence_id = ? AND save_id = ? AND segment = 0",
                        a,
                        first))
                .isEmpty();
    }
}
