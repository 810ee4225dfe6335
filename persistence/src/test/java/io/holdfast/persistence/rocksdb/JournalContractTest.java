package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.PluginProbe.atomic;
import static io.holdfast.persistence.rocksdb.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** Pekko's journal contract, asked for in Pekko's own messages. */
class JournalContractTest {
    @TempDir
    Path dir;

    private final AtomicBoolean diskFails = new AtomicBoolean();
    private ActorSystem system;
    private PluginProbe probe;

    @BeforeEach
    void start() {
        system = ActorSystem.create("journal", TestStorage.config(dir, dir));
        RocksStorage.get(system).interceptCommits((engine, batch) -> {
            if (diskFails.get()) {
                throw new RocksDBException("IO error: No space left on device");
            }
            engine.commit(batch);
        });
        probe = new PluginProbe(system);
    }

    @AfterEach
    void stop() {
        TestStorage.stop(system);
    }

    @Test
    void replaysWhatWasWrittenWithinBoundsAndCount() {
        probe.write(
                atomic(repr("a", 1, "e1")), atomic(repr("a", 2, "e2"), repr("a", 3, "e3")), atomic(repr("a", 4, "e4")));
        probe.write(atomic(repr("ab", 1, "other")));
        assertThat(payloads(probe.replay("a", 0, Long.MAX_VALUE, Long.MAX_VALUE)))
                .containsExactly("e1", "e2", "e3", "e4");
        assertThat(probe.highest).isEqualTo(4);
        assertThat(payloads(probe.replay("a", 2, 3, 100))).containsExactly("e2", "e3");
        assertThat(payloads(probe.replay("a", 2, 4, 2))).containsExactly("e2", "e3");
        assertThat(probe.replay("a", 2, 4, 0)).isEmpty();
        assertThat(probe.replay("a", 3, 2, 10)).isEmpty();
        assertThat(probe.highest).isEqualTo(4);
        assertThat(probe.replay("nobody", 1, 10, 10)).isEmpty();
        assertThat(probe.highest).isZero();
    }

    @Test
    void keepsEverythingThatBelongsToAnEvent() {
        var full = PersistentRepr.apply("e", 1, "a", "adapter", false, probe.getRef(), "uuid-7")
                .withMetadata("meta")
                .withTimestamp(99);
        probe.write(atomic(full));
        probe.write(atomic(repr("a", 2, new Tagged("tagged", java.util.Set.of("t")))));
        List<PersistentRepr> replayed = probe.replay("a", 1, 10, 10);
        assertThat(replayed.get(0).manifest()).isEqualTo("adapter");
        assertThat(replayed.get(0).writerUuid()).isEqualTo("uuid-7");
        assertThat(replayed.get(0).timestamp()).isEqualTo(99);
        assertThat(replayed.get(0).metadata().get()).isEqualTo("meta");
        assertThat(replayed.get(1).payload()).isEqualTo("tagged");
    }

    @Test
    void deletedEventsStayAwayAndTheirNumbersAreNotUsedAgain() {
        probe.write(atomic(repr("a", 1, "e1")), atomic(repr("a", 2, "e2")), atomic(repr("a", 3, "e3")));
        probe.delete("a", 2);
        assertThat(payloads(probe.replay("a", 0, Long.MAX_VALUE, Long.MAX_VALUE)))
                .containsExactly("e3");
        probe.delete("a", Long.MAX_VALUE);
        assertThat(probe.replay("a", 0, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
        assertThat(probe.highest).isEqualTo(3);
        stop();
        start();
        assertThat(probe.replay("a", 0, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
        assertThat(probe.highest).isEqualTo(3);
    }

    @Test
    void anEventThatCannotBeSerializedIsRejectedWithItsAtomicWriteOnly() {
        List<Object> answers = probe.write(
                atomic(repr("a", 1, "e1")),
                atomic(repr("a", 2, "half"), repr("a", 3, new Object())),
                atomic(repr("a", 4, "e4")));
        assertThat(answers.stream().filter(JournalProtocol.WriteMessageRejected.class::isInstance))
                .hasSize(2);
        assertThat(answers.stream().filter(JournalProtocol.WriteMessageSuccess.class::isInstance))
                .hasSize(2);
        assertThat(answers.get(0)).isEqualTo(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(payloads(probe.replay("a", 1, 10, 10))).containsExactly("e1", "e4");
        probe.write(atomic(repr("b", 1, new Object())));
        assertThat(probe.replay("b", 1, 10, 10)).isEmpty();
        assertThat(probe.highest).isZero();
    }

    @Test
    void aDiskErrorFailsTheWriteAndLaterWritesSucceed() {
        probe.write(atomic(repr("a", 1, "e1")));
        diskFails.set(true);
        List<Object> answers = probe.write(atomic(repr("a", 2, "lost")));
        assertThat(answers.get(0)).isInstanceOf(JournalProtocol.WriteMessagesFailed.class);
        assertThat(((JournalProtocol.WriteMessagesFailed) answers.get(0)).cause())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("disk is full");
        assertThat(answers.get(1)).isInstanceOf(JournalProtocol.WriteMessageFailure.class);
        diskFails.set(false);
        org.awaitility.Awaitility.await()
                .until(() -> RocksStorage.get(system).health().stream().allMatch(StorageHealth::ok));
        assertThat(payloads(probe.replay("a", 1, 10, 10))).containsExactly("e1");
        probe.write(atomic(repr("a", 2, "again")));
        assertThat(payloads(probe.replay("a", 1, 10, 10))).containsExactly("e1", "again");
    }

    @Test
    void anEventThatCannotBeReadFailsTheReplayAndSaysWhichItIs() {
        probe.write(atomic(repr("a", 1, "e1")));
        var settings = TestStorage.settings(dir);
        var unknown = new SerializedObject(987_654, "gone", new byte[] {1});
        var record = new EventRecord(1, "", "w", unknown, java.util.Optional.empty());
        TestStorage.await(RocksStorage.get(system)
                .journal(settings)
                .append("a", List.of(new JournalRequest.Event(2, record.encode(2)))));
        assertThatThrownBy(() -> probe.replay("a", 1, 10, 10))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Event 2 of a")
                .hasMessageContaining("987654")
                .hasMessageContaining(dir.toString());
    }

    private static List<Object> payloads(List<PersistentRepr> events) {
        return events.stream().map(PersistentRepr::payload).toList();
    }
}
