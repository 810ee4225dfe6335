package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.PluginProbe.atomic;
import static io.holdfast.persistence.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.JournalContract;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.JournalProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class RocksJournalContractTest extends JournalContract {
    @TempDir
    Path dir;

    private final AtomicBoolean diskFails = new AtomicBoolean();

    @Override
    protected ActorSystem startSystem() {
        ActorSystem started = ActorSystem.create("journal", TestStorage.config(dir, dir));
        RocksStorage.get(started).interceptCommits((engine, batch) -> {
            if (diskFails.get()) {
                throw new RocksDBException("IO error: No space left on device");
            }
            engine.commit(batch);
        });
        return started;
    }

    @Override
    protected String id(String name) {
        return name;
    }

    @Override
    protected void plant(String id, long sequenceNr, EventRecord event) {
        TestStorage.await(RocksStorage.get(system)
                .journal(TestStorage.settings(dir))
                .append(id, List.of(new JournalRequest.Event(sequenceNr, event.encode(sequenceNr)))));
    }

    @Override
    protected String place() {
        return dir.toString();
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
}
