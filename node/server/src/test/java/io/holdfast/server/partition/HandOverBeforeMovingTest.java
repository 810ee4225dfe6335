package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import io.holdfast.server.membership.Hints;
import io.holdfast.server.membership.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandOverBeforeMovingTest {
    private static final NodeAddress B1 = new NodeAddress("b", "b1.example", 7400, 7401);

    private final Map<Integer, String> leaders = Map.of(0, "a", 1, "b");
    private final List<ReplicaEnvelope> sent = new ArrayList<>();
    private final Hints hints = new Hints();
    private Set<String> regions = Set.of();
    private long now;

    private final HandOverBeforeMoving strategy = new HandOverBeforeMoving(
            "a",
            ShardCoordinator.ShardAllocationStrategy$.MODULE$.leastShardAllocationStrategy(1, 1),
            partition -> Optional.ofNullable(leaders.get(partition.number())).map(SiteId::new),
            hints,
            (site, envelope, sender) -> {
                assertThat(site).isEqualTo("a");
                sent.add(envelope);
            },
            Duration.ofNanos(10),
            () -> now);

    @BeforeEach
    void allHasBeenQuiet() {
        now = 10;
    }

    private Set<String> movable(Set<String> proposed) {
        return strategy.movable(regions, proposed);
    }

    @Test
    void whoLeadsIsAskedToHandOverAndStaysAndWhoFollowsMoves() {
        assertThat(movable(Set.of("shop/0", "shop/1"))).containsExactly("shop/1");
        assertThat(sent)
                .containsExactly(new ReplicaEnvelope(new PartitionId("shop", 0), new ReplicaMessage.Transfer("")));
    }

    @Test
    void nothingMovesWhileItIsNotKnownWhoLeads() {
        assertThat(movable(Set.of("shop/2"))).isEmpty();
        assertThat(sent).isEmpty();
    }

    @Test
    void nothingMovesWhileAnotherSiteSeemsLost() {
        hints.tell(new SiteId("b"), false);
        assertThat(movable(Set.of("shop/0", "shop/1"))).isEmpty();
        assertThat(sent).isEmpty();
    }

    @Test
    void nothingMovesSoonAfterANodeOfAnySiteHasComeOrGone() {
        hints.nodes(Map.of(B1, NodeState.ABSENT));
        assertThat(movable(Set.of("shop/1"))).isEmpty();
        now += 9;
        hints.nodes(Map.of(B1, NodeState.UP));
        assertThat(movable(Set.of("shop/1"))).isEmpty();
        now += 9;
        assertThat(movable(Set.of("shop/1"))).isEmpty();
        now += 1;
        assertThat(movable(Set.of("shop/1"))).containsExactly("shop/1");
    }

    @Test
    void norSoonAfterOneThatIsNotInThisNodesSettings() {
        regions = Set.of("a1", "a2");
        assertThat(movable(Set.of("shop/1"))).isEmpty();
        now += 10;
        assertThat(movable(Set.of("shop/1"))).containsExactly("shop/1");
    }
}
