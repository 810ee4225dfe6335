package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.junit.jupiter.api.Test;

class HandOverBeforeMovingTest {
    private final Map<Integer, String> leaders = Map.of(0, "a", 1, "b");
    private final List<ReplicaEnvelope> sent = new ArrayList<>();
    private boolean steady = true;
    private long now;

    private final HandOverBeforeMoving strategy = new HandOverBeforeMoving(
            "a",
            ShardCoordinator.ShardAllocationStrategy$.MODULE$.leastShardAllocationStrategy(1, 1),
            partition -> Optional.ofNullable(leaders.get(partition.number())).map(SiteId::new),
            () -> steady,
            (site, envelope, sender) -> {
                assertThat(site).isEqualTo("a");
                sent.add(envelope);
            },
            Duration.ofNanos(10),
            () -> now);

    @Test
    void whoLeadsIsAskedToHandOverAndStaysAndWhoFollowsMoves() {
        assertThat(strategy.movable(Set.of("shop/0", "shop/1"))).containsExactly("shop/1");
        assertThat(sent)
                .containsExactly(new ReplicaEnvelope(new PartitionId("shop", 0), new ReplicaMessage.Transfer("")));
    }

    @Test
    void nothingMovesWhileItIsNotKnownWhoLeads() {
        assertThat(strategy.movable(Set.of("shop/2"))).isEmpty();
        assertThat(sent).isEmpty();
    }

    @Test
    void nothingMovesWhileAnotherSiteSeemsLost() {
        strategy.mayMove(Set.of("a1", "a2"));
        now = 10;
        assertThat(strategy.mayMove(Set.of("a1", "a2"))).isTrue();
        steady = false;
        assertThat(strategy.mayMove(Set.of("a1", "a2"))).isFalse();
    }

    @Test
    void nothingMovesSoonAfterANodeHasComeOrGone() {
        assertThat(strategy.mayMove(Set.of("a1", "a2"))).isFalse();
        now = 9;
        assertThat(strategy.mayMove(Set.of("a1", "a2", "a3"))).isFalse();
        now = 18;
        assertThat(strategy.mayMove(Set.of("a1", "a2", "a3"))).isFalse();
        now = 19;
        assertThat(strategy.mayMove(Set.of("a1", "a2", "a3"))).isTrue();
        assertThat(strategy.mayMove(Set.of("a1", "a2"))).isFalse();
    }
}
