package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.store.Outcome;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that does not reach enough sites, "a" of a, b and c; b leads. */
class GatewayCutOffTest extends GatewayByHand {
    private static final Set<SiteId> OTHERS = Set.of(new SiteId("b"), new SiteId("c"));

    @BeforeEach
    void threeSites() {
        registry.add(
                new KeyspaceDefinition("shop", 2, 1, 1, 1, Directories.sites(SITES), Directories.membership(SITES)));
    }

    private Operation.Commit commit() {
        return commit(1, P0, P1);
    }

    /** A partition that site a has no replica of, as b leads it as far as is known. */
    private PartitionId ledByBWithoutA() {
        String[] sites = {"b", "c", "d"};
        registry.add(
                new KeyspaceDefinition("far", 1, 1, 1, 1, Directories.sites(sites), Directories.membership(sites)));
        var far = new PartitionId("far", 0);
        directory.heard(far, new SiteId("b"));
        return far;
    }

    @Test
    void sendsNothingWhereNobodyAnswers() {
        unreachable = OTHERS;
        gateway.submit(List.of(put(1, P0), get(2, P0, 0), commit()), caller);

        assertThat(sent).isEmpty();
        assertThat(reasons()).containsOnly(Reason.NO_LEADER).hasSize(3);
        assertThat(leaders).as("what it knows of leaders is old").containsOnly("");
    }

    @Test
    void waitsNoLongerForWhatWasSentBefore() {
        gateway.submit(List.of(put(1, P0), get(2, P0, 0)), caller);
        assertThat(sent).hasSize(2);
        unreachable = OTHERS;
        pass(50);

        assertThat(reasons())
                .as("the write may have arrived")
                .containsExactlyInAnyOrder(Reason.LEADERSHIP_LOST, Reason.NO_LEADER);
        assertThat(leaders).containsOnly("");
        assertThat(gateway.outstanding()).isZero();
    }

    @Test
    void tellsTheClientOfATransactionAndGoesOnWithIt() {
        gateway.submit(List.of(commit()), caller);
        assertThat(sent).hasSize(1);
        unreachable = OTHERS;
        pass(50);
        assertThat(reasons()).containsExactly(Reason.LEADERSHIP_LOST);
        assertThat(leaders).containsExactly("");
        pass(50);
        assertThat(answers).as("once").hasSize(1);

        unreachable = Set.of();
        pass(500);
        assertThat(sent).hasSize(2);
        written(sent.get(1).write(), "b", Outcome.Kind.PREPARED);
        assertThat(sent).as("on its way to the end").hasSize(3);
        assertThat(answers).hasSize(1);
    }

    @Test
    void aSiteOnTheSideOfTheMajorityWaitsForTheNextLeader() {
        unreachable = Set.of(new SiteId("b"));
        gateway.submit(List.of(put(1, P0), get(2, P0, 0)), caller);
        pass(50);

        assertThat(sent).hasSize(2);
        assertThat(answers).isEmpty();
    }

    @Test
    void whoAnswersIsNotLost() {
        gateway.submit(List.of(put(1, P0)), caller);
        unreachable = OTHERS;
        written(sent.get(0).write(), "b");
        gateway.submit(List.of(put(2, P0), commit()), caller);
        pass(900);
        assertThat(sent).hasSizeGreaterThan(2);
        assertThat(answers).hasSize(1);

        pass(200);
        gateway.submit(List.of(put(3, P0)), caller);
        assertThat(((Result.Failed) answers.get(answers.size() - 1).result()).reason())
                .isEqualTo(Reason.NO_LEADER);
    }

    @Test
    void aLeaderThatIsReachedIsAskedThoughOthersAreNot() {
        PartitionId far = ledByBWithoutA();
        unreachable = Set.of(new SiteId("c"), new SiteId("d"));
        gateway.submit(List.of(put(1, far), commit(2, far, P0)), caller);
        pass(50);

        assertThat(sent).hasSize(2);
        assertThat(answers).isEmpty();
    }

    @Test
    void aLeaderThatIsLostIsLookedForAmongThoseThatAreNot() {
        PartitionId far = ledByBWithoutA();
        unreachable = Set.of(new SiteId("b"), new SiteId("c"));
        gateway.submit(List.of(put(1, far)), caller);
        assertThat(reasons()).containsExactly(Reason.NO_LEADER);

        gateway.submit(List.of(put(2, far)), caller);
        assertThat(sent).singleElement().satisfies(it -> assertThat(it.site()).isEqualTo("d"));
    }

    @Test
    void itsOwnReplicaMayStillAnswer() {
        unreachable = OTHERS;
        gateway.submit(List.of(get(1, P0, 500)), caller);
        leads(P1, "a");
        gateway.submit(List.of(put(2, P1)), caller);
        pass(50);

        assertThat(answers).isEmpty();
        assertThat(gateway.outstanding()).isEqualTo(2);
    }
}
