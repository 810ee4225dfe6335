package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.store.Outcome;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayCommitsTest extends GatewayByHand {
    private Operation.Commit commit(long tag) {
        return commit(tag, P0, P1);
    }

    private PartitionId lastSentTo(int messages, int commands) {
        assertThat(sent).hasSize(messages);
        Sent last = sent.get(messages - 1);
        assertThat(last.write().commands()).hasSize(commands);
        return last.envelope().partition();
    }

    @Test
    void whatComesTogetherGoesOnTogetherAndIsAnsweredTogether() {
        gateway.submit(List.of(commit(1), commit(2)), caller);
        PartitionId prepared = lastSentTo(1, 2);

        written(sent.get(0).write(), "b", Outcome.Kind.PREPARED);
        assertThat(lastSentTo(2, 2)).isNotEqualTo(prepared);
        assertThat(leaders).isEmpty();

        written(sent.get(1).write(), "b", Outcome.Kind.COMMITTED);
        assertThat(leaders).as("one message for both").containsExactly("b");
        assertThat(answers)
                .hasSize(2)
                .allMatch(answer -> ((Result.Written) answer.result()).outcome().kind() == Outcome.Kind.COMMITTED);
        assertThat(lastSentTo(3, 2)).as("resolved together, too").isEqualTo(prepared);
    }

    @Test
    void aCallerThatFailsTakesNothingFromTheOthers() {
        gateway.submit(List.of(commit(1)), (leader, all) -> {
            throw new IllegalStateException("as the test wants it");
        });
        written(sent.get(0).write(), "b", Outcome.Kind.PREPARED);
        written(sent.get(1).write(), "b", Outcome.Kind.COMMITTED);
        lastSentTo(3, 1);
    }

    @Test
    void whatTheNodeHasNoRoomForNamesNoLeader() {
        gateway = gateway(1);
        gateway.submit(List.of(commit(1)), caller);
        gateway.submit(List.of(commit(2), commit(3)), caller);
        assertThat(reasons()).containsExactly(Reason.OVERLOADED, Reason.OVERLOADED);
        assertThat(leaders).containsExactly("");
    }
}
