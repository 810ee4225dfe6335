package io.holdfast.persistence.cassandra;

import static io.holdfast.persistence.PluginProbe.atomic;
import static io.holdfast.persistence.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.JournalContract;
import io.holdfast.persistence.SerializedObject;
import io.holdfast.persistence.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.JournalProtocol;
import org.junit.jupiter.api.Test;

class CassandraJournalContractTest extends JournalContract {
    private final int number = TestCassandra.number();

    @Override
    protected ActorSystem startSystem() {
        return ActorSystem.create("journal", TestCassandra.ready());
    }

    @Override
    protected String id(String name) {
        return number + "/" + name;
    }

    @Override
    protected void plant(String id, long sequenceNr, EventRecord event) {
        plant(id, sequenceNr, event.writerUuid(), event.encode(sequenceNr), WriteTimestamps.nextOne());
    }

    private void plant(String id, long sequenceNr, String writer, byte[] record, long timestamp) {
        execute(
                "INSERT INTO KS.messages (persistence_id, partition_nr, sequence_nr, timestamp, writer_uuid, ser_id,"
                        + " ser_manifest, event_manifest, event) VALUES (?, 0, ?, ?, ?, ?, '', '', ?)"
                        + " USING TIMESTAMP ?",
                id,
                sequenceNr,
                Uuids.timeBased(),
                writer,
                new SealedEventSerializer().identifier(),
                ByteBuffer.wrap(record),
                timestamp);
    }

    private void execute(String cql, Object... values) {
        CassandraStorage.get(system)
                .tables()
                .execute(cql, values)
                .toCompletableFuture()
                .join();
    }

    /** A persistence id with one event. */
    private String written() {
        String a = id("a");
        probe.write(atomic(repr(a, 1, "e1")));
        return a;
    }

    private static EventRecord event(String writer) {
        var payload = new SerializedObject(20, "", "planted".getBytes(StandardCharsets.UTF_8));
        return new EventRecord(1, "", writer, payload, Optional.empty());
    }

    @Override
    protected String place() {
        return "Cassandra keyspace ready";
    }

    @Test
    void anEventThatCannotBeSerializedFailsTheWriteWhichLeavesNothing() {
        String a = id("a");
        List<Object> answers = probe.write(atomic(repr(a, 1, "e1")), atomic(repr(a, 2, new Object())));
        assertThat(answers.get(0)).isInstanceOf(JournalProtocol.WriteMessagesFailed.class);
        assertThat(probe.replay(a, 1, 10, 10)).isEmpty();
        probe.write(atomic(repr(a, 1, "again")));
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("again");
    }

    @Test
    void batchesThatAreTooLargeAreCutAndNothingIsLost() {
        String a = id("a");
        byte[] large = new byte[700_000];
        probe.write(
                atomic(repr(a, 1, large)),
                atomic(repr(a, 2, large), repr(a, 3, large)),
                atomic(repr(a, 4, "small")),
                atomic(repr(a, 5, large)));
        assertThat(probe.replay(a, 1, 10, 10)).hasSize(5).allMatch(repr -> repr.sequenceNr() > 0);
    }

    @Test
    void aSecondWriterOfTheLastEventFailsTheRecoveryAlsoBehindASnapshot() {
        String a = written();
        probe.write(atomic(repr(a, 2, "e2")));
        plant(a, 2, event("writer-2"));
        for (long from : new long[] {1, 3}) {
            assertThatThrownBy(() -> probe.replay(a, from, Long.MAX_VALUE, Long.MAX_VALUE))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("Event 2 of " + a)
                    .hasMessageContaining("more than once");
        }
    }

    @Test
    void aSecondWriterOfAnEarlierEventFailsTheReplay() {
        String a = written();
        plant(a, 1, event("writer-2"));
        probe.write(atomic(repr(a, 2, "e2")));
        assertThatThrownBy(() -> probe.replay(a, 1, Long.MAX_VALUE, Long.MAX_VALUE))
                .hasMessageContaining("Event 1 of " + a)
                .hasMessageContaining("more than once");
    }

    @Test
    void aLateWriteOfAnEarlierLifeIsShutOutByTheNextOne() {
        String a = written();
        long before = WriteTimestamps.nextOne();
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("e1");
        plant(a, 2, "writer-1", event("writer-1").encode(2), before);
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("e1");
        probe.write(atomic(repr(a, 2, "e2")));
        plant(a, 3, "writer-1", event("writer-1").encode(3), before);
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("e1", "e2");
    }

    @Test
    void writesAfterAFenceFromAClockThatIsAheadAreNotLost() {
        String a = written();
        long ahead = (System.currentTimeMillis() + 1000) * 1000;
        execute("INSERT INTO KS.fences (persistence_id, fence) VALUES (?, ?) USING TIMESTAMP ?", a, ahead, ahead);
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("e1");
        probe.write(atomic(repr(a, 2, "e2")));
        assertThat(payloads(probe.replay(a, 1, 10, 10))).containsExactly("e1", "e2");
        assertThat(WriteTimestamps.nextOne()).isGreaterThan(ahead);
    }

    @Test
    void aDamagedEventFailsTheReplayAndSaysWhichItIs() {
        String a = written();
        byte[] damaged = event("writer-1").encode(2);
        damaged[damaged.length - 1] ^= 1;
        plant(a, 2, "writer-1", damaged, WriteTimestamps.nextOne());
        assertThatThrownBy(() -> probe.replay(a, 1, 10, 10))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("Event 2 of " + a)
                .hasMessageContaining("CRC32C");
    }

    @Test
    void aMissingEventFailsTheReplay() {
        String a = written();
        plant(a, 3, event("writer-1"));
        assertThatThrownBy(() -> probe.replay(a, 1, 10, 10))
                .isInstanceOf(StorageException.Hole.class)
                .hasMessageContaining("missing behind event 1");
    }
}
