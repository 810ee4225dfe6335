package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Real replicas with real journals, without a cluster: three actor systems whose routers hand messages over directly. For every journal
 * that a site may have.
 */
abstract class ThreeReplicas {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    ReplicaGroup group;

    /** Empty ones for each test. */
    abstract JournalKind journals();

    @BeforeEach
    void start() {
        group = new ReplicaGroup(journals(), List.of("a", "b", "c"));
        group.sites().forEach(group::start);
    }

    @AfterEach
    void stop() {
        group.close();
    }

    @Test
    void whatWasAcknowledgedIsThereAfterTheLeadersSiteIsLost() {
        for (int i = 1; i <= 20; i++) {
            write(i, "key" + i, "value" + i);
        }
        String leader = group.awaitLeader();
        group.kill(leader);
        group.unreachable(leader);
        await().atMost(PATIENCE).until(() -> !group.awaitLeader().equals(leader));
        for (int i = 1; i <= 20; i++) {
            assertThat(read("key" + i)).isEqualTo("value" + i);
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterAllSitesWereLostAtOnce() {
        for (int i = 1; i <= 20; i++) {
            write(i, "key" + i, "value" + i);
        }
        group.sites().forEach(group::kill);
        group.sites().forEach(group::start);
        for (int i = 1; i <= 20; i++) {
            assertThat(read("key" + i)).isEqualTo("value" + i);
        }
    }

    @Test
    void aSiteThatWasAwayForLongerThanTheLogReachesGetsAnImage() {
        String away = leftBehind();
        group.start(away);
        awaitCaughtUp(away);
        assertThat(group.view(away).orElseThrow().keys()).isEqualTo(8);
    }

    /** It stands for less than what the replica has read meanwhile, or is received once more. */
    @Test
    void anImageThatWasReceivedInAnEarlierLifeIsNotInstalled() {
        String away = leftBehind();
        var decoding = new ConcurrentLinkedQueue<Runnable>();
        group.background(away, decoding::add);
        group.start(away);
        await().atMost(PATIENCE).until(() -> decoding.size() == 1);
        group.tell(away, new ReplicaEvent.JournalFailed(new IllegalStateException("a test fails it")));
        await().atMost(PATIENCE).until(() -> decoding.size() == 2);
        group.background(away, Runnable::run);
        decoding.forEach(Runnable::run);

        awaitCaughtUp(away);
        assertThat(group.incidents(away).all())
                .extracting(IncidentLog.Incident::faultClass)
                .containsExactly("replica-failed");
    }

    @Test
    void aLeaderWhoseJournalIsSlowHandsOver() {
        write(1, "key", "1");
        String slow = group.awaitLeader();
        StoragePace pace = group.pace(slow);
        pace.share().began();
        while (!pace.slow()) {
            pace.beat();
        }
        write(2, "key", "2");
        await().atMost(PATIENCE).until(() -> !group.awaitLeader().equals(slow));
        write(3, "key", "3");

        assertThat(read("key")).isEqualTo("3");
        await().atMost(PATIENCE).until(() -> group.view(group.awaitLeader())
                .flatMap(PartitionView::leaderView)
                .filter(view -> view.storageSlow().equals(Set.of(new SiteId(slow))))
                .isPresent());
    }

    @Test
    void aBrokenInvariantStopsAReplicaForGoodAndTheOthersGoOn() {
        write(1, "key", "1");
        String broken = group.awaitLeader();
        var another = new SiteId(group.otherThan(broken));

        await("a second leader in one term stops the first").atMost(PATIENCE).until(() -> {
            group.view(broken).ifPresent(view -> group.tell(broken, leaderOf(view.term(), another)));
            return group.ended(broken);
        });
        assertThat(group.incidents(broken).all())
                .extracting(IncidentLog.Incident::faultClass)
                .containsExactly("invariant-violated");
        write(2, "key", "2");
        assertThat(read("key")).isEqualTo("2");
    }

    /** A site that is away for longer than the log reaches. */
    private String leftBehind() {
        write(1, "first", "1");
        String away = group.otherThan(group.awaitLeader());
        group.kill(away);
        String large = "x".repeat(100_000);
        for (int i = 2; i <= 60; i++) {
            write(i, "key" + i % 7, large + i);
        }
        return away;
    }

    void awaitCaughtUp(String away) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(committed(away)).isPresent().isEqualTo(committed(group.awaitLeader())));
    }

    private static ReplicaMessage leaderOf(long term, SiteId site) {
        return new ReplicaMessage.FromPeer(
                new PeerMessage.AppendRequest(site, 1, term, 1, 0, 0, List.of(), 0, 0, false, Floors.NONE));
    }

    /** Empty while the replica reads its journal. */
    private Optional<Long> committed(String site) {
        return group.view(site).map(PartitionView::commitIndex);
    }

    /** Retries at whoever leads, with the same id, until there is an outcome. */
    void write(long sequence, String key, String value) {
        var put = new Command.Put(Bytes.utf8(key), Bytes.utf8(value), Condition.NONE);
        var command = new Command(new WriteId(7, sequence), sequence, Long.MAX_VALUE, put);
        await().atMost(PATIENCE).until(() -> group.ask((id, replyTo) ->
                        new ReplicaMessage.Write(id, replyTo, WriteConcern.MAJORITY, 1000, List.of(command)))
                .filter(Reply.Written.class::isInstance)
                .isPresent());
    }

    String read(String key) {
        var answers = await().atMost(PATIENCE)
                .until(
                        () -> group.ask((id, replyTo) ->
                                new ReplicaMessage.Read(id, replyTo, List.of(new Query.Get(Bytes.utf8(key))), 0)),
                        reply -> reply.filter(Reply.Answered.class::isInstance).isPresent());
        var value =
                (Query.Value) ((Reply.Answered) answers.orElseThrow()).answers().get(0);
        return value.value().map(Bytes::toUtf8).orElse("(absent)");
    }
}
