package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.NodeHealth;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.server.membership.Hints;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What goes through sharding to a site whose replica nobody has seen. */
class PeersTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final SiteId A = new SiteId("a");
    private static final SiteId B = new SiteId("b");
    private static final Outgoing HEARTBEAT =
            new Outgoing(B, new PeerMessage.AppendRequest(A, 1, 2, 3, 4, 2, List.of(), 4, 5, false, Floors.NONE));
    private static final Outgoing ANSWER = new Outgoing(
            B,
            new PeerMessage.AppendResponse(
                    A, 1, 2, 3, 4, 5, 6, 7, 8, new PeerMessage.LogState.Matches(), NodeHealth.GOOD));
    private static final Outgoing QUESTION =
            new Outgoing(B, new PeerMessage.PreVoteRequest(A, 1, 3, 4, 2, 0, 0, Floors.NONE));

    private final Hints hints = new Hints();
    private final List<ReplicaMessage> sent = new ArrayList<>();
    private final Peers peers = new Peers(
            new PartitionId("shop", 1),
            context(),
            Adapter.toClassic(KIT.createTestProbe().getRef()));

    private ReplicaContext context() {
        var incidents = new IncidentLog(System::currentTimeMillis);
        return new ReplicaContext(
                "a",
                new StorageIdentity(1, drawn -> {}),
                false,
                Tenancy.SOLE,
                (definition, partition) -> {
                    throw new AssertionError("no replica starts here");
                },
                (site, envelope, sender) -> sent.add(envelope.message()),
                new ReplicaDirectory(),
                hints,
                incidents,
                new NodeClock("a", incidents),
                Duration.ofHours(1),
                new HeartbeatPost(
                        Duration.ofMillis(300), (node, heartbeats) -> {}, (after, task) -> {}, System::nanoTime),
                () -> Duration.ZERO,
                new DataRoom(1L << 30, new DataMemory("a", Long.MAX_VALUE, incidents), DataDisk.unwatched()),
                new StoragePace("a", Duration.ofHours(1), incidents),
                (partition, unfinished) -> {},
                Runnable::run,
                Set.of(),
                Duration.ofHours(1));
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void aSiteThatIsThereGetsEveryHeartbeat() {
        for (int i = 0; i < 3; i++) {
            peers.sendAtLeisure(HEARTBEAT);
        }

        assertThat(sent).hasSize(3);
    }

    @Test
    void aLostSiteGetsOneAndNoMoreForAWhile() {
        hints.tell(B, false);

        peers.sendAtLeisure(HEARTBEAT);
        peers.sendAtLeisure(HEARTBEAT);

        assertThat(sent).containsExactly(new ReplicaMessage.FromPeer(HEARTBEAT.message()));
    }

    @Test
    void oneThatAnswersIsNotLost() {
        hints.tell(B, false);
        peers.sendAtLeisure(HEARTBEAT);

        peers.heard(B, Adapter.toClassic(KIT.system()).deadLetters());
        peers.sendAtLeisure(HEARTBEAT);

        assertThat(sent).hasSize(2);
    }

    @Test
    void answersAndQuestionsAndWhatIsUrgentAlwaysGo() {
        hints.tell(B, false);
        peers.sendAtLeisure(HEARTBEAT);

        peers.sendAtLeisure(ANSWER);
        peers.sendAtLeisure(ANSWER);
        peers.sendAtLeisure(QUESTION);
        peers.send(HEARTBEAT);

        assertThat(sent).hasSize(5);
    }
}
