package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.PartitionOutput.SaveSnapshot;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.server.Disks;
import io.holdfast.server.membership.IncidentLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One replica's journal by itself: what it takes for its own. */
class PartitionJournalTest {
    private static final PartitionId PARTITION = PartitionId.parse("shop/0");
    private static final long IDENTITY = 100;
    private static final Membership MEMBERS = new Membership(new TreeMap<>(Map.of(new SiteId("a"), IDENTITY)));

    @TempDir
    Path dir;

    private final BlockingQueue<ReplicaEvent> events = new LinkedBlockingQueue<>();
    private final StoragePace pace =
            new StoragePace("a", Duration.ofHours(1), new IncidentLog(System::currentTimeMillis));
    private ReplicaGroup settings;
    private ActorSystem system;
    private ActorRef journal;
    private long writes;

    @BeforeEach
    void start() throws InterruptedException {
        settings = new ReplicaGroup(JournalKind.rocksdb(dir), "shop", List.of("a", "b", "c"));
        restart();
        assertThat(next()).isInstanceOf(ReplicaEvent.Recovered.class);
    }

    @AfterEach
    void stop() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
        events.clear();
    }

    private void restart() {
        system = ActorSystem.create(
                "journal",
                ConfigFactory.parseMap(Map.of("pekko.actor.provider", "local", "pekko.loglevel", "OFF"))
                        .withFallback(JournalKind.rocksdb(dir).of("a"))
                        .withFallback(ConfigFactory.load()));
        journal = system.actorOf(
                PartitionJournal.props(PARTITION, PARTITION.toString(), recovery(), Tenure.SOLE, pace, events::add));
    }

    private Recovery recovery() {
        return new Recovery(settings.config(), Input.Room.ENOUGH, MEMBERS, IDENTITY);
    }

    private ReplicaEvent next() throws InterruptedException {
        return Optional.ofNullable(events.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    /** A vote; durable when this returns, and so is what was asked for before. */
    private void write() throws InterruptedException {
        writes++;
        var vote = new HardState(writes, Optional.of(new SiteId("a")), IDENTITY);
        journal.tell(new LogWrite(writes, Optional.of(vote), OptionalLong.empty(), List.of(), 0), ActorRef.noSender());
        assertThat(next()).isEqualTo(new ReplicaEvent.ForCore(new PartitionInput.ToRaft(new Input.Durable(writes))));
    }

    private void saveSnapshot() throws InterruptedException {
        journal.tell(new SaveSnapshot(1, empty(), true), ActorRef.noSender());
        assertThat(next()).isEqualTo(new ReplicaEvent.SnapshotTried(1, Optional.empty()));
    }

    private ReplicaSnapshot empty() {
        var image = new PartitionImage(
                1, MEMBERS, new PartitionStore(settings.config().limits()).image());
        return new ReplicaSnapshot(HardState.initial(IDENTITY), image, List.of());
    }

    private void assertThatItFails(String... said) throws InterruptedException {
        assertThat(next()).isInstanceOfSatisfying(ReplicaEvent.JournalFailed.class, failed -> assertThat(failed.cause())
                .hasMessageContainingAll(said));
    }

    @Test
    void aSnapshotAndWhatIsBehindItAreEnough() throws InterruptedException {
        write();
        saveSnapshot();
        write();
        stop();
        restart();
        assertThat(next()).isInstanceOf(ReplicaEvent.Recovered.class);
    }

    /** A snapshot stands for the records before it. One that had overtaken the record of its own last entry would meet that entry again. */
    @Test
    void aSnapshotStandsBehindTheWriteThatIsUnderWay() throws InterruptedException {
        write();
        writes++;
        var entry = new Entry(1, 1, 1, Entry.Kind.NOOP, Bytes.EMPTY);
        var write = new LogWrite(writes, Optional.empty(), OptionalLong.empty(), List.of(entry), 0);
        var snapshot = new ReplicaSnapshot(empty().hardState(), empty().image(), List.of(entry));
        journal.tell(write, ActorRef.noSender());
        journal.tell(new SaveSnapshot(1, snapshot, false), ActorRef.noSender());
        assertThat(next()).isEqualTo(new ReplicaEvent.ForCore(new PartitionInput.ToRaft(new Input.Durable(writes))));
        assertThat(next()).isEqualTo(new ReplicaEvent.SnapshotTried(1, Optional.empty()));
        stop();
        restart();
        assertThat(next()).isInstanceOf(ReplicaEvent.Recovered.class);
    }

    /** It would go on from votes alone, as a replica that has never held an entry. */
    @Test
    void withoutItsSnapshotAJournalIsNotTaken() throws InterruptedException {
        write();
        saveSnapshot();
        write();
        stop();
        Disks.wipe(dir.resolve("a").resolve("snapshots"));
        restart();
        assertThatItFails("has record 2 behind 0", "start this site without its journal and its snapshots");
    }

    /** It would vote under an identity that has voted and acknowledged more since. */
    @Test
    void withoutItsJournalASnapshotIsNotTaken() throws InterruptedException {
        write();
        saveSnapshot();
        stop();
        Disks.wipe(dir.resolve("a").resolve("journal"));
        restart();
        assertThatItFails("ends at record 0 of shop/0", "has a snapshot at 1");
    }

    /** An image that was installed before anything else was written in a life: the next holder of the lease must not pass over it. */
    @Test
    void aJournalThatHoldsASnapshotAloneIsNotTakenForOneWithoutAny() throws InterruptedException {
        saveSnapshot();
        stop();
        restart();
        JournalLoader.Loaded loaded = load(Lineage.OPEN);
        assertThat(new Lineage(IDENTITY, List.of(new Lineage.Part(1, Lineage.OPEN)))
                        .continuedBy(2, loaded.last())
                        .parts())
                .containsExactly(new Lineage.Part(1, loaded.last()), new Lineage.Part(2, Lineage.OPEN));
        assertThat(loaded.loneSnapshot()).isFalse();
        assertThat(load(0)).as("the record stands behind the snapshot").isEqualTo(new JournalLoader.Loaded(0, true));
    }

    @Test
    void aSnapshotWithoutARecordBehindItIsTold() throws InterruptedException {
        LoneSnapshot.save(system, "shop/0#9", empty());
        system.stop(journal);
        assertThat(load("shop/0#9", Lineage.OPEN)).isEqualTo(new JournalLoader.Loaded(0, true));
    }

    /** The record behind the snapshot is no write of the replica, of which there is one at a time. */
    @Test
    void aSnapshotBesideTheFirstWriteDoesNotMakeTheStorageSlow() throws InterruptedException {
        for (int beat = 0; beat < 1000; beat++) {
            pace.beat();
        }
        writes++;
        journal.tell(new SaveSnapshot(1, empty(), true), ActorRef.noSender());
        var vote = new HardState(writes, Optional.of(new SiteId("a")), IDENTITY);
        journal.tell(new LogWrite(writes, Optional.of(vote), OptionalLong.empty(), List.of(), 0), ActorRef.noSender());
        next();
        next();
        assertThat(pace.slow()).isFalse();
    }

    private JournalLoader.Loaded load(long last) throws InterruptedException {
        return load(PARTITION.toString(), last);
    }

    private JournalLoader.Loaded load(String persistenceId, long last) throws InterruptedException {
        var answers = new LinkedBlockingQueue<JournalLoader.Loaded>();
        ActorRef listener = system.actorOf(Props.create(Listener.class, () -> new Listener(answers)));
        system.actorOf(JournalLoader.props(persistenceId, last, recovery(), listener));
        return Optional.ofNullable(answers.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    private static final class Listener extends AbstractActor {
        private final BlockingQueue<JournalLoader.Loaded> answers;

        Listener(BlockingQueue<JournalLoader.Loaded> answers) {
            this.answers = answers;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(JournalLoader.Loaded.class, answers::add)
                    .build();
        }
    }
}
