package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaKeeperTest {
    private static final SiteId A = new SiteId("a");

    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
    private final ManualTime time = ManualTime.get(kit.system());
    private final AtomicInteger pings = new AtomicInteger();
    private final KeyspaceRegistry registry = new KeyspaceRegistry();
    private final ReplicaDirectory directory = new ReplicaDirectory();
    private final IncidentLog incidents = new IncidentLog(System::currentTimeMillis);
    private final ActorRef<ReplicaKeeper.Command> keeper = kit.spawn(ReplicaKeeper.create(
            "a", (site, envelope, sender) -> pings.incrementAndGet(), registry, directory, incidents, false));

    private final ActorRef<ReplicaMessage> replica =
            kit.<ReplicaMessage>createTestProbe().ref();

    ReplicaKeeperTest() {
        keep("shop");
        assertThat(pingsOnceThereAre(1)).isEqualTo(1);
    }

    private void keep(String keyspace) {
        keeper.tell(new ReplicaKeeper.Keep(
                new KeyspaceDefinition(keyspace, 1, 0, 5_000, 600_000, List.of(A), Membership.of(Map.of(A, 1L)))));
    }

    private int pingsOnceThereAre(int expected) {
        await().atMost(Duration.ofSeconds(10)).until(() -> pings.get() >= expected);
        return pings.get();
    }

    @Test
    void replicasArePingedOnceASecond() {
        time.timePasses(Duration.ofSeconds(3));

        assertThat(pingsOnceThereAre(4)).isEqualTo(4);
    }

    /** They are away until a ping finds the home that sharding has found for them. */
    @Test
    void theyArePingedMoreOftenForAWhileWhenANodeOfTheSiteHasGone() {
        keeper.tell(new ReplicaKeeper.NodeGone("a"));
        keep("other");
        assertThat(pingsOnceThereAre(2))
                .as("the new keyspace's own, after which the hurry has begun")
                .isEqualTo(2);

        time.timePasses(Duration.ofMillis(900));
        assertThat(pingsOnceThereAre(2 + 4 * 2)).isEqualTo(2 + 4 * 2);
        time.timePasses(Duration.ofSeconds(10));
        int calmAgain = pingsOnceThereAre(50);
        time.timePasses(Duration.ofSeconds(3));
        assertThat(pingsOnceThereAre(calmAgain + 3 * 2)).isEqualTo(calmAgain + 3 * 2);
    }

    @Test
    void aNodeOfAnotherSiteIsNoReasonToHurry() {
        keeper.tell(new ReplicaKeeper.NodeGone("b"));
        keep("other");
        assertThat(pingsOnceThereAre(2)).isEqualTo(2);

        time.timePasses(Duration.ofSeconds(3));

        assertThat(pingsOnceThereAre(2 + 3 * 2)).isEqualTo(2 + 3 * 2);
    }

    @Test
    void aReplicaWhoseJournalsContradictedThemselvesHasRecoveredWhenItVotesAgain() {
        incidents.report("two-writers", "shop/0", "they contradict themselves", "rebuilt");
        becomes(Role.LEARNER);
        time.timePasses(Duration.ofSeconds(1));
        assertThat(pingsOnceThereAre(2)).isEqualTo(2);
        // By the time of the next ping the last one has been dealt with.
        time.timePasses(Duration.ofSeconds(1));
        assertThat(pingsOnceThereAre(3)).isEqualTo(3);
        assertThat(incidents.all()).allMatch(it -> it.recoveredMillis().isEmpty());

        becomes(Role.FOLLOWER);
        time.timePasses(Duration.ofSeconds(1));

        await().atMost(Duration.ofSeconds(10)).until(() -> incidents.all().stream()
                .allMatch(it -> it.recoveredMillis().isPresent()));
    }

    private void becomes(Role role) {
        PartitionView seen = Directories.follower("b", "a", "b", "c");
        var view = new PartitionView(
                role, 3, seen.leader(), 10, 10, seen.membership(), Optional.empty(), 0, 0, OptionalLong.empty());
        Directories.put(directory, PartitionId.parse("shop/0"), replica, view);
    }

    @AfterEach
    void end() {
        kit.shutdownTestKit();
    }
}
