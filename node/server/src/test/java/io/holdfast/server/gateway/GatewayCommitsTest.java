package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.Unfinished;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import java.util.List;
import java.util.Optional;
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

    private static Unfinished overdue(long sequence) {
        return new Unfinished.Undecided(new WriteId(5, sequence), Optional.of(P1.participant()), List.of());
    }

    /** It is asked for twice a second, and each attempt goes on for longer than that. */
    @Test
    void whatIsBeingFinishedIsNotBegunAgain() {
        gateway.finish(P0, overdue(1));
        assertThat(lastSentTo(1, 1)).isEqualTo(P1);
        gateway.finish(P0, overdue(1));
        assertThat(sent).hasSize(1);
        assertThat(gateway.outstanding()).as("a coordinator and its step").isEqualTo(2);
    }

    @Test
    void whatOthersHaveLeftTakesNoRoomFromThisNodesClients() {
        for (int i = 0; i < 2_000; i++) {
            gateway.finish(P0, overdue(i));
        }
        assertThat(gateway.outstanding()).as("each with a step").isEqualTo(2 * Transactions.MAX_FINISHING);
        gateway = gateway(1);
        gateway.finish(P0, overdue(1));
        gateway.submit(List.of(commit(1)), caller);
        assertThat(answers).isEmpty();
    }

    /** What ends transactions frees room; clients would fill it again and again before it came. */
    @Test
    void stepsOfTransactionsAreTakenWhereTheNodeHasNoRoomForMore() {
        gateway = gateway(2);
        gateway.submit(List.of(put(8, P0), put(9, P0)), caller);
        gateway.submit(List.of(put(10, P0)), caller);
        assertThat(reasons()).containsExactly(Reason.OVERLOADED);

        gateway.submit(List.of(commit(1)), caller);
        written(sent.get(1).write(), "b", Outcome.Kind.PREPARED);
        written(sent.get(2).write(), "b", Outcome.Kind.COMMITTED);
        assertThat(answers).hasSize(2);
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
