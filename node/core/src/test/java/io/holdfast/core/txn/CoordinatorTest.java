package io.holdfast.core.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.Now;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Outcome.Kind;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.CoordinatorOutput.Aborted;
import io.holdfast.core.txn.CoordinatorOutput.Cause;
import io.holdfast.core.txn.CoordinatorOutput.Committed;
import io.holdfast.core.txn.CoordinatorOutput.Forgotten;
import io.holdfast.core.txn.CoordinatorOutput.Send;
import io.holdfast.core.txn.CoordinatorOutput.Step;
import io.holdfast.core.txn.CoordinatorOutput.Unknown;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CoordinatorTest {
    private static final long MILLI = 1_000_000;
    private static final Participant READS = new Participant("bank", 1);
    private static final Participant DECIDER = new Participant("bank", 4);
    private static final Participant WRITES = new Participant("shop", 0);

    private static final Coordinator.Timing TIMING = new Coordinator.Timing(300 * MILLI, 400 * MILLI);

    private long nanos = MILLI;
    private Coordinator coordinator = Coordinator.of(request(), TIMING);
    private CoordinatorOutput out = tick();

    private static TransactionRequest request() {
        return request(parts(), false);
    }

    private static TransactionRequest request(SortedMap<Participant, ReadWriteSet> parts, boolean contended) {
        return new TransactionRequest(new WriteId(7, 1), 1, Long.MAX_VALUE, 200, contended, parts);
    }

    private static SortedMap<Participant, ReadWriteSet> parts() {
        var parts = new TreeMap<Participant, ReadWriteSet>();
        var read = List.of(new ReadWriteSet.Read(Bytes.utf8("r"), 7));
        var write = List.of(new ReadWriteSet.Write(Bytes.utf8("w"), Optional.of(Bytes.utf8("v"))));
        parts.put(READS, new ReadWriteSet(read, List.of(), List.of()));
        parts.put(DECIDER, new ReadWriteSet(List.of(), List.of(), write));
        parts.put(WRITES, new ReadWriteSet(List.of(), List.of(), write));
        return parts;
    }

    private CoordinatorOutput step(CoordinatorInput input) {
        out = coordinator.step(new Now(nanos, 0), input);
        return out;
    }

    private CoordinatorOutput tick() {
        return step(new CoordinatorInput.Tick());
    }

    private CoordinatorOutput answers(Participant from, Step step, Kind kind, long version) {
        return step(new CoordinatorInput.Answered(from, step, new Outcome(kind, version)));
    }

    private void allPrepared() {
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        answers(WRITES, Step.PREPARE, Kind.PREPARED, 25);
    }

    private void theTimeToPrepareIsOver() {
        nanos = 300 * MILLI;
        tick();
        assertSends(Step.DECIDE, DECIDER);
    }

    private void assertSends(Step step, Participant... to) {
        assertThat(out.sends()).extracting(Send::step).containsOnly(step);
        assertThat(out.sends()).extracting(Send::to).containsExactly(to);
    }

    private Command.Operation sent(Participant to) {
        return out.sends().stream()
                .filter(send -> send.to().equals(to))
                .findFirst()
                .orElseThrow()
                .command()
                .operation();
    }

    @Test
    void theFirstPartitionInWhichItWritesDecides() {
        assertSends(Step.PREPARE, READS, WRITES);
        assertThat(((Command.Prepare) sent(READS)).part()).isEqualTo(new Command.Follows(DECIDER));
    }

    @Test
    void theDeciderCommitsLastBehindAllThatIsPrepared() {
        answers(WRITES, Step.PREPARE, Kind.PREPARED, 25);
        assertThat(out.sends()).as("one is not prepared yet").isEmpty();
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        assertSends(Step.COMMIT, DECIDER);
        assertThat(sent(DECIDER))
                .isEqualTo(new Command.CommitLast(request().parts().get(DECIDER), List.of(READS, WRITES), 25));
        assertThat(out.result()).isEmpty();

        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 30);

        assertThat(out.result()).contains(new Committed(30));
        assertSends(Step.RESOLVE, READS, WRITES);
        answers(READS, Step.RESOLVE, Kind.COMMITTED, 30);
        answers(WRITES, Step.RESOLVE, Kind.COMMITTED, 30);
        assertSends(Step.COMPLETE, DECIDER);
        answers(DECIDER, Step.COMPLETE, Kind.COMMITTED, 30);
        assertThat(coordinator.done()).isTrue();
    }

    @Test
    void whereThereIsNoRoomItIsAbortedAtOnceAndNotWhenItsTimeIsOver() {
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        step(new CoordinatorInput.NoRoom(WRITES, Step.PREPARE));
        assertSends(Step.DECIDE, DECIDER);
        assertThat(out.result()).as("another coordinator may have committed it").isEmpty();

        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);

        assertThat(out.result()).contains(new Aborted(Cause.NO_ROOM));
        assertSends(Step.RESOLVE, READS, WRITES);
        // Its client's next one may leave nothing else in the logs by which its outcome could be forgotten.
        assertThat(out.sends())
                .allMatch(send -> send.command().doneBelow() == request().doneBelow());
    }

    @Test
    void theDeciderToo() {
        allPrepared();
        step(new CoordinatorInput.NoRoom(DECIDER, Step.COMMIT));
        assertSends(Step.DECIDE, DECIDER);

        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);

        assertThat(out.result()).contains(new Aborted(Cause.NO_ROOM));
    }

    @Test
    void whatAnotherCoordinatorHasCommittedStaysSo() {
        step(new CoordinatorInput.NoRoom(WRITES, Step.PREPARE));
        answers(DECIDER, Step.DECIDE, Kind.COMMITTED, 30);

        assertSends(Step.RESOLVE, READS, WRITES);
        assertThat(sent(WRITES)).isEqualTo(new Command.Resolve(Decision.commitAt(30)));
    }

    @Test
    void aLateWordOfNoRoomChangesNothing() {
        allPrepared();
        step(new CoordinatorInput.NoRoom(WRITES, Step.PREPARE));

        assertThat(out.sends()).isEmpty();
        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 30);
        assertThat(out.result()).contains(new Committed(30));
    }

    @Test
    void aConflictIsAnsweredAtOnceAndTheOthersAreTold() {
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        answers(WRITES, Step.PREPARE, Kind.CONFLICT, 0);

        assertThat(out.result()).contains(new Aborted(Cause.CONFLICT));
        assertThat(sent(READS)).isEqualTo(new Command.Resolve(Decision.ABORT));
        assertThat(out.sends()).as("nobody will ask the decider to commit").hasSize(1);
        answers(READS, Step.RESOLVE, Kind.ABORTED, 0);
        assertThat(coordinator.done()).isTrue();
    }

    @Test
    void aConflictAtTheDeciderIsAnsweredAndTheOthersAreTold() {
        allPrepared();
        answers(DECIDER, Step.COMMIT, Kind.CONFLICT, 0);

        assertThat(out.result()).contains(new Aborted(Cause.CONFLICT));
        assertSends(Step.RESOLVE, READS, WRITES);
        assertThat(sent(READS)).isEqualTo(new Command.Resolve(Decision.ABORT));
        answers(READS, Step.RESOLVE, Kind.ABORTED, 0);
        answers(WRITES, Step.RESOLVE, Kind.ABORTED, 0);
        assertThat(coordinator.done()).isTrue();
    }

    @Test
    void aConflictOfTheOnlyOtherEndsIt() {
        var parts = parts();
        parts.remove(READS);
        coordinator = Coordinator.of(request(parts, false), TIMING);
        tick();
        answers(WRITES, Step.PREPARE, Kind.CONFLICT, 0);
        assertThat(out.result()).contains(new Aborted(Cause.CONFLICT));
        assertThat(coordinator.done()).isTrue();
    }

    private void isContended() {
        coordinator = Coordinator.of(request(parts(), true), TIMING);
        tick();
    }

    @Test
    void aContendedOneIsPreparedInOnePartitionFirst() {
        isContended();
        assertSends(Step.PREPARE, READS);
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        assertSends(Step.PREPARE, WRITES);
        answers(WRITES, Step.PREPARE, Kind.PREPARED, 15);
        assertSends(Step.COMMIT, DECIDER);
        assertThat(((Command.CommitLast) sent(DECIDER)).preparedUpTo()).isEqualTo(20);
    }

    @Test
    void aContendedOneThatIsRefusedAtOnceAsksNobodyElse() {
        isContended();
        answers(READS, Step.PREPARE, Kind.CONFLICT, 0);
        assertThat(out.result()).contains(new Aborted(Cause.CONFLICT));
        assertThat(out.sends()).isEmpty();
        assertThat(coordinator.done()).isTrue();
    }

    @Test
    void aContendedOneThatIsRefusedLaterTellsTheFirst() {
        isContended();
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        answers(WRITES, Step.PREPARE, Kind.CONFLICT, 0);
        assertThat(out.result()).contains(new Aborted(Cause.CONFLICT));
        assertSends(Step.RESOLVE, READS);
    }

    @Test
    void aContendedOneThatAnotherCoordinatorHasEndedTellsAll() {
        isContended();
        answers(READS, Step.PREPARE, Kind.ABORTED, 0);
        assertThat(out.result()).contains(new Aborted(Cause.NOT_IN_TIME));
        assertSends(Step.RESOLVE, WRITES);
    }

    @Test
    void aContendedOneThatIsNotPreparedInTimeIsAbortedEverywhere() {
        isContended();
        theTimeToPrepareIsOver();
        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);
        assertSends(Step.RESOLVE, READS, WRITES);
    }

    /** Nodes of the version before prepare the decider as well. */
    @Test
    void whatIsPreparedAtTheDeciderIsDecidedThere() {
        allPrepared();
        answers(DECIDER, Step.COMMIT, Kind.PREPARED, 28);
        assertSends(Step.DECIDE, DECIDER);
        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);
        assertThat(out.result()).contains(new Aborted(Cause.NOT_IN_TIME));
    }

    @Test
    void whatIsNotPreparedInTimeIsAbortedByTheDecider() {
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        theTimeToPrepareIsOver();
        assertThat(out.result()).as("somebody else may have committed it").isEmpty();

        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);

        assertThat(out.result()).contains(new Aborted(Cause.NOT_IN_TIME));
        assertThat(sent(READS)).isEqualTo(new Command.Resolve(Decision.ABORT));
    }

    @Test
    void theDecisionThatStandsIsTakenOver() {
        allPrepared();
        answers(DECIDER, Step.COMMIT, Kind.ABORTED, 0);
        assertThat(out.result()).contains(new Aborted(Cause.NOT_IN_TIME));
        assertThat(sent(WRITES)).isEqualTo(new Command.Resolve(Decision.ABORT));
    }

    /** Only with the answer to the commit has the decider's part the write concern that the client wants. */
    @Test
    void whatAnotherCoordinatorHasCommittedTheDeciderIsAskedForAgain() {
        answers(WRITES, Step.PREPARE, Kind.COMMITTED, 33);
        answers(READS, Step.PREPARE, Kind.PREPARED, 20);
        assertThat(out.result()).isEmpty();
        assertSends(Step.COMMIT, DECIDER);
        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 33);
        assertThat(out.result()).contains(new Committed(33));
        assertThat(sent(READS)).isEqualTo(new Command.Resolve(Decision.commitAt(33)));
    }

    @Test
    void theClientIsNotToldOfACommitByWhoWasOnlyAskedToAbort() {
        answers(WRITES, Step.PREPARE, Kind.COMMITTED, 33);
        theTimeToPrepareIsOver();
        answers(DECIDER, Step.DECIDE, Kind.COMMITTED, 33);
        assertThat(out.result()).isEmpty();
        assertThat(sent(READS)).isEqualTo(new Command.Resolve(Decision.commitAt(33)));
        nanos = 400 * MILLI;
        tick();
        assertThat(out.result()).contains(new Unknown());
    }

    @Test
    void whoIsDoneBeforeTheClientCouldBeToldTellsItToAskAgain() {
        answers(WRITES, Step.PREPARE, Kind.COMMITTED, 33);
        theTimeToPrepareIsOver();
        answers(DECIDER, Step.DECIDE, Kind.COMMITTED, 33);
        answers(READS, Step.RESOLVE, Kind.COMMITTED, 33);
        answers(WRITES, Step.RESOLVE, Kind.COMMITTED, 33);
        assertThat(out.result()).isEmpty();
        answers(DECIDER, Step.COMPLETE, Kind.COMMITTED, 33);
        assertThat(coordinator.done()).isTrue();
        assertThat(out.result()).contains(new Unknown());
    }

    @Test
    void onlyThePreparesAndTheCommitNeedTheClientsConcern() {
        assertThat(Step.values()).filteredOn(Step::promised).containsExactly(Step.PREPARE, Step.COMMIT);
    }

    @Test
    void whatIsNotAnsweredIsSentAgainAfterAPause() {
        step(new CoordinatorInput.Unanswered(WRITES, Step.PREPARE));
        assertThat(out.sends()).isEmpty();
        nanos += 10 * MILLI;
        tick();
        assertSends(Step.PREPARE, WRITES);
        // Under way: not sent twice at a time.
        nanos += 50 * MILLI;
        tick();
        assertThat(out.sends()).isEmpty();
    }

    @Test
    void lateAndDoubledAnswersChangeNothing() {
        allPrepared();
        answers(WRITES, Step.PREPARE, Kind.CONFLICT, 0);
        assertThat(out.result()).isEmpty();
        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 30);
        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 30);
        assertThat(out.result()).isEmpty();
        assertThat(out.sends()).isEmpty();
    }

    @Test
    void whoCannotLearnSaysSoAndGoesOn() {
        allPrepared();
        nanos = 400 * MILLI;
        tick();
        assertThat(out.result()).contains(new Unknown());
        answers(DECIDER, Step.COMMIT, Kind.COMMITTED, 30);
        assertThat(out.result()).isEmpty();
        assertSends(Step.RESOLVE, READS, WRITES);
    }

    @Test
    void anIdThatItsClientIsDoneWithIsForgotten() {
        answers(READS, Step.PREPARE, Kind.FORGOTTEN, 0);
        assertThat(out.result()).contains(new Forgotten());
        assertSends(Step.DECIDE, DECIDER);
    }

    @Test
    void whoMeetsALockAsksTheDeciderAndResolvesItsOwnPartAlone() {
        var unfinished = new Unfinished.Undecided(new WriteId(7, 1), Optional.of(DECIDER), List.of());
        coordinator = Coordinator.of(unfinished, WRITES, new Now(nanos, 0));
        tick();
        assertThat(sent(DECIDER)).isEqualTo(new Command.Decide(Decision.ABORT));

        answers(DECIDER, Step.DECIDE, Kind.COMMITTED, 30);

        assertThat(out.result()).isEmpty();
        assertSends(Step.RESOLVE, WRITES);
        assertThat(sent(WRITES)).isEqualTo(new Command.Resolve(Decision.commitAt(30)));
        answers(WRITES, Step.RESOLVE, Kind.COMMITTED, 30);
        assertThat(coordinator.done()).isTrue();
    }

    /** As the version before prepared it. */
    @Test
    void whoDecidesItselfAbortsWhatIsUndecidedAndTellsTheOthers() {
        var unfinished = new Unfinished.Undecided(new WriteId(7, 1), Optional.empty(), List.of(READS, WRITES));
        coordinator = Coordinator.of(unfinished, DECIDER, new Now(nanos, 0));
        tick();
        assertThat(sent(DECIDER)).isEqualTo(new Command.Decide(Decision.ABORT));
        answers(DECIDER, Step.DECIDE, Kind.ABORTED, 0);
        assertSends(Step.RESOLVE, READS, WRITES);
        answers(READS, Step.RESOLVE, Kind.ABORTED, 0);
        answers(WRITES, Step.RESOLVE, Kind.ABORTED, 0);
        assertThat(coordinator.done()).isTrue();
    }

    @Test
    void whoDecidesItselfCompletesWhatSomebodyElseHasCommittedMeanwhile() {
        var unfinished = new Unfinished.Undecided(new WriteId(7, 1), Optional.empty(), List.of(WRITES));
        coordinator = Coordinator.of(unfinished, DECIDER, new Now(nanos, 0));
        tick();
        answers(DECIDER, Step.DECIDE, Kind.COMMITTED, 30);
        answers(WRITES, Step.RESOLVE, Kind.COMMITTED, 30);
        assertSends(Step.COMPLETE, DECIDER);
    }

    @Test
    void theDeciderTellsTheOthersWhatTheirCoordinatorDidNot() {
        var unfinished = new Unfinished.Incomplete(new WriteId(7, 1), 30, List.of(READS, WRITES));
        coordinator = Coordinator.of(unfinished, DECIDER, new Now(nanos, 0));
        tick();
        assertSends(Step.RESOLVE, READS, WRITES);
        answers(READS, Step.RESOLVE, Kind.COMMITTED, 30);
        answers(WRITES, Step.RESOLVE, Kind.COMMITTED, 30);
        assertSends(Step.COMPLETE, DECIDER);
    }
}
