package io.holdfast.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the gateway makes of a replica that refuses. */
class GatewayRefusalTest extends GatewayByHand {
    @Test
    void aRefusalWithAHintIsFollowedTwice() {
        var local = leads(P0, "b");
        gateway.submit(List.of(put(1, P0)), caller);
        refused(sent.get(0).write().requestId(), Reply.Refusal.NOT_LEADER, "c");
        refused(sent.get(1).write().requestId(), Reply.Refusal.NOT_LEADER, "a");
        assertThat(sent).extracting(Sent::site).containsExactly("b", "c");
        assertThat(answers).isEmpty();

        refused(((ReplicaMessage.Write) local.receiveMessage()).requestId(), Reply.Refusal.NOT_LEADER, "c");
        assertThat(reasons()).containsExactly(Reason.NO_LEADER);
        assertThat(gateway.outstanding()).isZero();
    }

    @Test
    void aRefusalWithoutAHintEndsTheOperation() {
        gateway.submit(List.of(put(1, P0)), caller);
        refused(sent.get(0).write().requestId(), Reply.Refusal.NOT_LEADER);
        assertThat(reasons()).containsExactly(Reason.NO_LEADER);
        assertThat(sent).hasSize(1);
    }

    @Test
    void otherRefusalsGoBackAsTheyAre() {
        List<Reply.Refusal> refusals = List.of(
                Reply.Refusal.LEADERSHIP_LOST,
                Reply.Refusal.OVERLOADED,
                Reply.Refusal.STORAGE_FAILED,
                Reply.Refusal.TIMED_OUT,
                Reply.Refusal.FULL);
        for (Reply.Refusal refusal : refusals) {
            gateway.submit(List.of(put(1, P0)), caller);
            refused(sent.get(sent.size() - 1).write().requestId(), refusal, "c");
        }
        assertThat(sent).hasSize(5);
        assertThat(reasons())
                .containsExactly(
                        Reason.LEADERSHIP_LOST,
                        Reason.OVERLOADED,
                        Reason.STORAGE_FAILED,
                        Reason.TIMED_OUT,
                        Reason.STORE_FULL);
    }

    /** What ends a transaction may have gone together with what begins another. */
    @Test
    void ofAGroupThatIsTooMuchAtATimeWhatBringsNothingIsAskedAgain() {
        var deletes = List.of(delete(2), delete(4));
        gateway.submit(List.of(put(1, P0), deletes.get(0), put(3, P0), deletes.get(1)), caller);
        refused(sent.get(0).write().requestId(), Reply.Refusal.OVERLOADED);

        assertThat(reasons()).containsExactly(Reason.OVERLOADED, Reason.OVERLOADED);
        assertThat(sent).hasSize(2);
        assertThat(sent.get(1).write().commands()).hasSize(2).noneMatch(Command::brings);
        written(sent.get(1).write(), "b");
        assertThat(answers).hasSize(4);
    }

    @Test
    void theMembersOfAGroupThatIsRefusedForWantOfRoomAreAskedAgainApart() {
        var deletes = List.of(delete(2), delete(4));
        gateway.submit(List.of(put(1, P0), deletes.get(0), put(3, P0), deletes.get(1)), caller);
        refused(sent.get(0).write().requestId(), Reply.Refusal.FULL);
        assertThat(answers).isEmpty();
        assertThat(sent.subList(1, 4))
                .extracting(it -> it.write().commands().size())
                .containsExactly(1, 1, 2);

        refused(sent.get(1).write().requestId(), Reply.Refusal.FULL);
        written(sent.get(2).write(), "b");
        written(sent.get(3).write(), "b");

        assertThat(sent).hasSize(4);
        assertThat(answers).hasSize(4);
        assertThat(answers.get(0).result())
                .isInstanceOfSatisfying(Result.Failed.class, failed -> assertThat(failed.reason())
                        .isEqualTo(Reason.STORE_FULL));
        assertThat(answers.subList(1, 4)).allMatch(answer -> answer.result() instanceof Result.Written);
        assertThat(gateway.outstanding()).isZero();
    }

    private Operation.Write delete(long tag) {
        var delete = new Command.Delete(Bytes.utf8("k" + tag), Condition.NONE);
        return gateway.operations().write(tag, P0, new WriteId(5, tag), 1, delete, WriteConcern.MAJORITY, 1000);
    }

    /** b, which led, has not answered. */
    private void putThatIsAskedAgainAtC() {
        gateway.submit(List.of(put(1, P0)), caller);
        leads(P0, "c");
        pass(50);
    }

    @Test
    void thatNothingHappenedIsNotSaidOfAnAttemptBefore() {
        putThatIsAskedAgainAtC();
        refused(sent.get(1).write().requestId(), Reply.Refusal.FULL);

        assertThat(reasons()).as("b may have taken it").containsExactly(Reason.LEADERSHIP_LOST);
    }

    @Test
    void norDoesALockSaySo() {
        putThatIsAskedAgainAtC();
        written(sent.get(1).write(), "c", Outcome.Kind.LOCKED);

        assertThat(reasons()).containsExactly(Reason.LEADERSHIP_LOST);
    }

    @Test
    void whatMayHaveHappenedIsToldAsItIs() {
        putThatIsAskedAgainAtC();
        refused(sent.get(1).write().requestId(), Reply.Refusal.TIMED_OUT);

        assertThat(reasons()).containsExactly(Reason.TIMED_OUT);
    }
}
