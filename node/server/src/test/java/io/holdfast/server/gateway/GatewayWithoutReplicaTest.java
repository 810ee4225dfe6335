package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.Outcome;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.v1.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a partition whose replica at this site should run and does not: its disk fails, or it is kept from running after a broken invariant. */
class GatewayWithoutReplicaTest extends GatewayByHand {
    private static final PartitionId LOST = new PartitionId("dark", 0);

    @BeforeEach
    void keyspace() {
        registry.add(
                new KeyspaceDefinition("dark", 1, 1, 1, 1, Directories.sites(SITES), Directories.membership(SITES)));
    }

    private long last() {
        return sent.get(sent.size() - 1).write().requestId();
    }

    private void refusedBy(String site) {
        gateway.received(
                new ReplicaReply(LOST, site, new Reply.Refused(last(), Reply.Refusal.NOT_LEADER, Optional.empty())));
    }

    private void writtenBy(String site) {
        writtenBy(site, sent.size() - 1);
    }

    private void writtenBy(String site, int message) {
        long request = sent.get(message).write().requestId();
        gateway.received(new ReplicaReply(
                LOST, site, new Reply.Written(request, List.of(new Outcome(Outcome.Kind.APPLIED, 1)))));
    }

    @Test
    void whatItDoesNotAnswerIsAskedOfTheOtherSites() {
        gateway.submit(List.of(put(1, LOST)), caller);
        pass(299);
        assertThat(sent).extracting(Sent::site).containsExactly("a");
        pass(1);
        assertThat(sent).extracting(Sent::site).containsExactly("a", "b");
        pass(300);
        assertThat(sent).extracting(Sent::site).containsExactly("a", "b", "c");

        writtenBy("c");
        assertThat(answers).hasSize(1);
        gateway.submit(List.of(put(2, LOST)), caller);
        assertThat(sent.get(3).site()).as("who answered leads").isEqualTo("c");
    }

    @Test
    void whatItRefusesWithoutKnowingTheLeaderIsAskedOfTheOtherSites() {
        gateway.submit(List.of(put(1, LOST)), caller);
        refusedBy("a");
        refusedBy("b");
        assertThat(sent).extracting(Sent::site).containsExactly("a", "b", "c");

        refusedBy("c");
        assertThat(reasons()).as("nobody leads").containsExactly(Reason.NO_LEADER);
        assertThat(gateway.outstanding()).isZero();
    }

    /** It may only be slow, and another request was not answered in its time: to ask it twice would double its load. */
    @Test
    void whoWasAskedBecauseItLedIsNotAskedAgainWhenThatIsForgotten() {
        gateway.submit(List.of(put(1, LOST)), caller);
        refusedBy("a");
        writtenBy("b");
        gateway.submit(List.of(put(2, LOST)), caller);
        assertThat(sent).extracting(Sent::site).containsExactly("a", "b", "b");

        directory.forget(LOST);
        pass(400);

        assertThat(sent.subList(3, sent.size()))
                .noneMatch(it -> it.envelope().message() instanceof ReplicaMessage.Write);
        writtenBy("b", 2);
        assertThat(answers).hasSize(2);
    }

    @Test
    void aSiteThatIsLostIsPassedOver() {
        unreachable = Set.of(new SiteId("b"));
        gateway.submit(List.of(put(1, LOST)), caller);
        refusedBy("a");
        assertThat(sent).extracting(Sent::site).containsExactly("a", "c");
    }
}
