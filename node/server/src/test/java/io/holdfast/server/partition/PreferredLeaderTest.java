package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.LeaderView;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreferredLeaderTest {
    private static final SiteId A = new SiteId("a");
    private static final SiteId B = new SiteId("b");
    private static final SiteId C = new SiteId("c");
    private static final long PATIENCE = 10;
    private static final long LAST = 5_000;

    private final PreferredLeader preferred = new PreferredLeader(B, Duration.ofNanos(PATIENCE));

    /** Of a, which leads. */
    private static PartitionView leading(long matchOfB, boolean hearsB, SiteId... slow) {
        return leading(matchOfB, hearsB, Set.of(slow), Set.of());
    }

    private static PartitionView leading(long matchOfB, boolean hearsB, Set<SiteId> slow, Set<SiteId> worseConnected) {
        var leader = new LeaderView(Map.of(B, matchOfB, C, LAST - 1), Map.of(B, hearsB, C, true), slow, worseConnected);
        return new PartitionView(
                Role.LEADER,
                1,
                Optional.of(A),
                LAST,
                LAST,
                Membership.of(Map.of(A, 1L, B, 1L, C, 1L)),
                Optional.of(leader),
                0,
                0,
                OptionalLong.empty());
    }

    @Test
    void handsOverWhenTheSiteHasBeenWellForAWhile() {
        assertThat(preferred.handOverTo(leading(LAST, true), 0)).isEmpty();
        assertThat(preferred.handOverTo(leading(LAST, true), PATIENCE - 1)).isEmpty();
        assertThat(preferred.handOverTo(leading(LAST, true), PATIENCE)).contains(B);
    }

    @Test
    void aSiteThatIsSilentBehindSlowOrWorseConnectedIsNotWell() {
        for (PartitionView view : List.of(
                leading(LAST, false),
                leading(LAST - 1_000, true),
                leading(LAST, true, B),
                leading(LAST, true, Set.of(), Set.of(B)))) {
            assertThat(preferred.handOverTo(leading(LAST, true), 0)).isEmpty();
            assertThat(preferred.handOverTo(view, PATIENCE - 1)).isEmpty();
            assertThat(preferred.handOverTo(leading(LAST, true), PATIENCE))
                    .as("the time begins anew")
                    .isEmpty();
            assertThat(preferred.handOverTo(leading(LAST, true), 2 * PATIENCE)).contains(B);
        }
    }

    @Test
    void whoLeavesPrefersASiteThatIsNotSlow() {
        assertThat(PreferredLeader.bestOther(leading(LAST, true))).contains(B);
        assertThat(PreferredLeader.bestOther(leading(LAST, true, B))).contains(C);
        assertThat(PreferredLeader.bestOther(leading(LAST, true, B, C))).contains(B);
        assertThat(PreferredLeader.bestOther(leading(LAST - 1_000, true, C)))
                .as("the other one is far behind: it could not take over")
                .contains(C);
        assertThat(PreferredLeader.bestOther(leading(LAST, false, C))).contains(C);
    }
}
