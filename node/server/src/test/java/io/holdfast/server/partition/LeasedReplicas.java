package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.lease.MemoryCells;
import io.holdfast.server.lease.TestLeases;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica at a site whose nodes share a journal: its lives, one after the other, never two at a time. */
abstract class LeasedReplicas {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final MemoryCells cells = new MemoryCells();
    private final Map<String, MemoryCells.Link> links = new HashMap<>();
    private final List<TestLeases> leases = new ArrayList<>();
    private ReplicaGroup group;

    abstract JournalKind journals();

    @BeforeEach
    void start() {
        group = new ReplicaGroup(journals(), List.of("a", "b", "c"));
        group.start("b");
        group.start("c");
    }

    @AfterEach
    void stop() {
        group.close();
        leases.forEach(TestLeases::close);
    }

    private void startAtA(String node) {
        MemoryCells.Link link = cells.link();
        links.put(node, link);
        var started = new TestLeases(link, "a", node + ":1");
        leases.add(started);
        group.start(node, Tenancy.leased(started.leases(), 100, () -> 555));
    }

    @Test
    void anotherLifeBeginsOnlyAfterTheFirstHasFallenSilent() {
        startAtA("a1");
        startAtA("a2");
        await().atMost(PATIENCE).until(() -> open("a1") || open("a2"));
        String first = open("a1") ? "a1" : "a2";
        String second = first.equals("a1") ? "a2" : "a1";
        for (int i = 1; i <= 20; i++) {
            write(i);
        }
        links.get(first).cut(true);
        await().atMost(PATIENCE).until(() -> open(second));
        for (int i = 21; i <= 40; i++) {
            write(i);
        }
        awaitCaughtUp(second);
        assertThat(open(first)).isFalse();
        assertThat(last(first)).isLessThan(firstOf(second));

        // Back in touch with the store, it waits for the lease like anybody else.
        links.get(first).cut(false);
        group.kill(second);
        await().atMost(PATIENCE).until(() -> open(first));
        awaitCaughtUp(first);
        write(41);
    }

    @Test
    void whatTheOldWriterHadOnItsWayIsNotReadBehindTheRecordsThatWereFound() {
        startAtA("a1");
        await().atMost(PATIENCE).until(() -> open("a1"));
        write(1);
        awaitCaughtUp("a1");
        links.get("a1").cut(true);
        startAtA("a2");
        await().atMost(PATIENCE).until(() -> open("a2"));
        write(2);
        awaitCaughtUp("a2");
        PartitionView before = group.view("a2").orElseThrow();
        // A vote and an entry of the old life arrive in its journal now. Read, they would contradict all that came
        // after.
        writeLate(
                group.partition() + "#1",
                new LogWrite(
                        1,
                        Optional.of(new HardState(before.term() + 7, Optional.of(new SiteId("c")), 100)),
                        OptionalLong.of(2),
                        List.of(),
                        0));
        group.kill("a2");
        startAtA("a3");
        await().atMost(PATIENCE).until(() -> open("a3"));
        awaitCaughtUp("a3");
        assertThat(group.view("a3").orElseThrow().term()).isLessThan(before.term() + 7);
        assertThat(group.incidents("a3").all()).isEmpty();
        write(3);
    }

    @Test
    void aJournalThatShowsTwoWritersMakesTheReplicaANewOneThatTheLeaderFills() {
        Entry stray = new Entry(1, 1000, 1, Entry.Kind.NOOP, Bytes.EMPTY);
        isRebuiltAfter(journal ->
                writeLate(journal, new LogWrite(1, Optional.empty(), OptionalLong.empty(), List.of(stray), 0)));
    }

    /** As a late deletion may that an earlier recovery has asked for: a record goes that somebody has read and settled since. */
    @Test
    void aSettledJournalThatEndsShortMakesTheReplicaANewOneThatTheLeaderFills() {
        isRebuiltAfter(journal -> {
            startAtA("a4");
            await().atMost(PATIENCE).until(() -> open("a4"));
            group.kill("a4");
            empty(journal);
        });
    }

    private void empty(String journal) {
        var system = group.onJournalOf("a");
        var deleted = new CompletableFuture<Boolean>();
        ((ExtendedActorSystem) Adapter.toClassic(system))
                .systemActorOf(RetiredJournal.props(journal, () -> deleted.complete(true)), "deleter");
        deleted.orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    /** @param planting of a second writer's traces in the journal of this name, while nobody uses it */
    void isRebuiltAfter(Consumer<String> planting) {
        startAtA("a1");
        await().atMost(PATIENCE).until(() -> open("a1"));
        for (int i = 1; i <= 10; i++) {
            write(i);
        }
        awaitCaughtUp("a1");
        group.kill("a1");
        planting.accept(group.partition() + "#1");
        startAtA("a2");
        await().atMost(PATIENCE).until(() -> open("a2"));
        assertThat(group.incidents("a2").all())
                .filteredOn(incident -> incident.faultClass().equals("two-writers"))
                .singleElement()
                .satisfies(incident -> assertThat(incident.evidence()).contains(group.partition() + "#1"));
        for (int i = 11; i <= 20; i++) {
            write(i);
        }
        awaitCaughtUp("a2");
        await().atMost(PATIENCE)
                .until(() -> group.view("a2").orElseThrow().role() != Role.LEARNER
                        && Long.valueOf(555)
                                .equals(group.view("a2")
                                        .orElseThrow()
                                        .membership()
                                        .identities()
                                        .get(new SiteId("a"))));
        // Its new identity is its own for good.
        group.kill("a2");
        startAtA("a3");
        await().atMost(PATIENCE).until(() -> open("a3"));
        assertThat(group.incidents("a3").all()).isEmpty();
        group.kill("b");
        write(21);
    }

    /** Read, it would be missing in what the next holder reads, and what came behind it would contradict that. */
    @Test
    void anImageThatWasInstalledInPartIsNotReadByTheNextHolder() {
        startAtA("a1");
        await().atMost(PATIENCE).until(() -> open("a1"));
        write(1);
        awaitCaughtUp("a1");
        group.kill("a1");
        // By itself a life has nothing to write.
        group.kill("b");
        group.kill("c");
        startAtA("a2");
        await().atMost(PATIENCE).until(() -> open("a2"));
        group.kill("a2");
        saveAlone(group.partition() + "#2");
        group.start("b");
        group.start("c");
        startAtA("a3");
        await().atMost(PATIENCE).until(() -> open("a3"));
        write(2);
        awaitCaughtUp("a3");
        group.kill("a3");
        startAtA("a4");
        await().atMost(PATIENCE).until(() -> open("a4"));
        assertThat(group.incidents("a4").all()).isEmpty();
        group.kill("b");
        write(3);
    }

    private void saveAlone(String journal) {
        var identities = new TreeMap<>(Map.of(new SiteId("a"), 100L, new SiteId("b"), 101L, new SiteId("c"), 102L));
        var store = new PartitionStore(group.config().limits());
        for (int index = 1; index <= 1000; index++) {
            store.apply(index, index, List.of());
        }
        var image = new PartitionImage(1, new Membership(identities), store.image());
        var snapshot = new ReplicaSnapshot(new HardState(1, Optional.empty(), 100), image, List.of());
        var system = group.onJournalOf("a");
        LoneSnapshot.save(system.classicSystem(), journal, snapshot);
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void aReplicaThatHasLivedOftenGathersItsJournalsIntoOne() {
        startAtA("a1");
        await().atMost(PATIENCE).until(() -> open("a1"));
        write(1);
        awaitCaughtUp("a1");
        for (int life = 2; life <= Lineage.MANY_PARTS + 3; life++) {
            group.kill("a" + (life - 1));
            startAtA("a" + life);
            String node = "a" + life;
            await().atMost(PATIENCE).until(() -> open(node));
            write(life);
            awaitCaughtUp(node);
        }
        await().atMost(PATIENCE).until(() -> lineage().counting().size() < Lineage.MANY_PARTS);
        String last = "a" + (Lineage.MANY_PARTS + 3);
        group.kill(last);
        startAtA("a99");
        await().atMost(PATIENCE).until(() -> open("a99"));
        awaitCaughtUp("a99");
        // Both what it and what the leader show of themselves may be older than the last write.
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(group.view("a99").orElseThrow().keys()).isEqualTo(Lineage.MANY_PARTS + 3));
    }

    private Lineage lineage() {
        byte[] cell = cells.read("lease/a/replica/" + group.partition())
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .value();
        return Lineage.decode(TestLeases.note(cell));
    }

    private boolean open(String node) {
        return group.view(node).isPresent();
    }

    private long last(String node) {
        return sentBy(node).max().orElseThrow();
    }

    private long firstOf(String node) {
        return sentBy(node).min().orElseThrow();
    }

    private LongStream sentBy(String node) {
        return group.sent().stream().filter(it -> it.node().equals(node)).mapToLong(ReplicaGroup.Sent::nanos);
    }

    private void awaitCaughtUp(String node) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            long commit = group.view(group.awaitLeader()).orElseThrow().commitIndex();
            assertThat(group.view(node).map(PartitionView::commitIndex)).isEqualTo(Optional.of(commit));
        });
    }

    private void write(long sequence) {
        var put = new Command.Put(Bytes.utf8("key" + sequence), Bytes.utf8("value" + sequence), Condition.NONE);
        var command = new Command(new WriteId(7, sequence), sequence, Long.MAX_VALUE, put);
        await().atMost(PATIENCE).until(() -> group.ask((id, replyTo) ->
                        new ReplicaMessage.Write(id, replyTo, WriteConcern.MAJORITY, 1000, List.of(command)))
                .filter(Reply.Written.class::isInstance)
                .isPresent());
    }

    /** Appends a record to a journal, as a writer would that goes on where its last record was. */
    private void writeLate(String persistenceId, LogWrite write) {
        var system = group.onJournalOf("a");
        var durable = new CompletableFuture<ReplicaEvent>();
        var recovered = new CompletableFuture<ReplicaEvent>();
        var identities = new TreeMap<SiteId, Long>();
        identities.put(new SiteId("a"), 100L);
        ActorRef journal = ((ExtendedActorSystem) Adapter.toClassic(system))
                .systemActorOf(
                        PartitionJournal.props(
                                group.partition(),
                                persistenceId,
                                new Recovery(group.config(), Input.Room.ENOUGH, new Membership(identities), 100),
                                Tenure.SOLE,
                                new StoragePace("a", Duration.ofHours(1), new IncidentLog(System::currentTimeMillis)),
                                event -> (event instanceof ReplicaEvent.Recovered ? recovered : durable)
                                        .complete(event)),
                        "late-writer");
        assertThat(recovered
                        .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(ReplicaEvent.Recovered.class);
        journal.tell(write, ActorRef.noSender());
        assertThat(durable.orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join())
                .isInstanceOf(ReplicaEvent.ForCore.class);
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
