package io.holdfast.core.txn;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Now;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.CoordinatorInput.Answered;
import io.holdfast.core.txn.CoordinatorInput.Unanswered;
import io.holdfast.core.txn.CoordinatorOutput.Aborted;
import io.holdfast.core.txn.CoordinatorOutput.Cause;
import io.holdfast.core.txn.CoordinatorOutput.Committed;
import io.holdfast.core.txn.CoordinatorOutput.Forgotten;
import io.holdfast.core.txn.CoordinatorOutput.Result;
import io.holdfast.core.txn.CoordinatorOutput.Send;
import io.holdfast.core.txn.CoordinatorOutput.Step;
import io.holdfast.core.txn.CoordinatorOutput.Unknown;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Brings one transaction over several partitions to its end: prepare at all but one, commit at that one, which is the decision, resolution at
 * the others (two-phase commit with a last agent; Samaras and others, "Two-Phase Commit Optimizations and Tradeoffs in the
 * Commercial Environment", 1993; each participant is a replicated log, as in Gray and Lamport, "Consensus on Transaction Commit", 2006, section
 * 2). It holds nothing that matters: when it dies, any other one, or whoever meets the locks, finishes what it began, because
 * every step may be repeated. Pure; one driver owns it.
 */
public final class Coordinator {
    private static final long PAUSE_LEAST = 10_000_000L;
    private static final long PAUSE_MOST = 320_000_000L;
    /** So long it goes on after its client has been answered; then the decision partition's leader sees to it. */
    private static final long AFTERWARDS = 5_000_000_000L;

    private final WriteId id;
    private final Participant decider;
    private final List<Participant> others;
    private final Timing timing;
    /** What has not been answered, by participant. */
    private final Map<Participant, Task> tasks = new TreeMap<>();
    /** Who is to prepare only when those before them have: see {@link TransactionRequest#contended}. */
    private List<Participant> waiting = List.of();

    /** Empty: it only finishes what another one has begun, and never commits. */
    private final Optional<TransactionRequest> request;

    private long preparedUpTo;
    private CoordinatorOutput out = new CoordinatorOutput();
    private Phase phase;
    private Optional<Decision> decision = Optional.empty();
    /** Whether all participants are known here, so that the decision partition may be told that all have resolved. */
    private final boolean mayComplete;

    private boolean answered;
    /** It is being aborted because a participant has no room for it. */
    private boolean noRoom;

    private enum Phase {
        PREPARING,
        /** All others are prepared: the decider commits, or refuses. */
        COMMITTING,
        /** It may be committed or not: the decider is to abort it if it is not. */
        DECIDING,
        RESOLVING,
        COMPLETING,
        DONE
    }

    /**
     * On the driver's monotonic clock.
     *
     * @param prepareByNanos what is not prepared then is aborted
     * @param answerByNanos the client is answered, if only that it must ask again
     */
    public record Timing(long prepareByNanos, long answerByNanos) {}

    private static final class Task {
        final Send send;
        boolean underWay;
        long notBeforeNanos;
        long pause = PAUSE_LEAST;

        Task(Send send) {
            this.send = send;
        }
    }

    private Coordinator(
            WriteId id,
            Participant decider,
            List<Participant> others,
            Timing timing,
            Phase phase,
            boolean mayComplete,
            Optional<TransactionRequest> request) {
        this.id = id;
        this.decider = decider;
        this.others = others;
        this.timing = timing;
        this.phase = phase;
        this.mayComplete = mayComplete;
        this.request = request;
    }

    /** Runs a client's transaction, perhaps not for the first time, and perhaps not alone. */
    public static Coordinator of(TransactionRequest request, Timing timing) {
        var coordinator = new Coordinator(
                request.id(), request.decider(), request.others(), timing, Phase.PREPARING, true, Optional.of(request));
        coordinator.waiting = coordinator.others;
        coordinator.prepare(request.contended() ? 1 : coordinator.others.size());
        return coordinator;
    }

    /**
     * Transactions that write the same keys meet at the first of their partitions, where all but one are refused at the cost of one small
     * step; each would else lock what it is first to reach, and all be refused somewhere (ordered acquisition; Havender, "Avoiding deadlock in
     * multitasking systems", IBM Systems Journal, 1968). Others may still be refused later: it saves work, and promises nothing.
     */
    private void prepare(int first) {
        waiting.subList(0, first)
                .forEach(it -> task(it, Step.PREPARE, request.orElseThrow().prepare(it)));
        waiting = waiting.subList(first, waiting.size());
    }

    /** Finishes what its coordinator has left. Its result is for nobody. @param at the partition that asks for it */
    public static Coordinator of(Unfinished unfinished, Participant at, Now now) {
        var timing = new Timing(now.nanos(), now.nanos());
        Coordinator coordinator;
        if (unfinished instanceof Unfinished.Incomplete incomplete) {
            coordinator = finishing(incomplete.transaction(), at, incomplete.others(), timing, true);
            coordinator.resolve(Decision.commitAt(incomplete.commitTimestamp()), incomplete.others());
        } else {
            var undecided = (Unfinished.Undecided) unfinished;
            boolean here = undecided.decisionPartition().isEmpty();
            coordinator = finishing(
                    undecided.transaction(),
                    undecided.decisionPartition().orElse(at),
                    here ? undecided.others() : List.of(at),
                    timing,
                    here);
            coordinator.decide();
        }
        coordinator.answered = true;
        return coordinator;
    }

    private static Coordinator finishing(
            WriteId id, Participant decider, List<Participant> others, Timing timing, boolean mayComplete) {
        return new Coordinator(id, decider, others, timing, Phase.DECIDING, mayComplete, Optional.empty());
    }

    public boolean done() {
        return phase == Phase.DONE;
    }

    /** Takes one input and answers all that follows from it. */
    public CoordinatorOutput step(Now now, CoordinatorInput input) {
        out = new CoordinatorOutput();
        if (input instanceof Answered answer) {
            answered(answer);
        } else if (input instanceof Unanswered unanswered) {
            unanswered(unanswered.from(), unanswered.step(), now);
        } else if (input instanceof CoordinatorInput.NoRoom full) {
            noRoom(full, now);
        }
        watchTime(now);
        if (done()) {
            // It was ended without being told to this client with the concern that it wants: asking again does that.
            answer(new Unknown());
        }
        sendDue(now);
        return out;
    }

    private void answered(Answered answer) {
        Task task = tasks.get(answer.from());
        if (task == null || task.send.step() != answer.step()) {
            return;
        }
        tasks.remove(answer.from());
        switch (answer.step()) {
            case PREPARE -> prepareAnswered(answer.from(), answer.outcome());
            case COMMIT -> commitAnswered(answer.outcome());
            case DECIDE -> decided(answer.outcome());
            case RESOLVE -> checkResolved(answer.from(), answer.outcome());
            case COMPLETE -> phase = Phase.DONE;
        }
        if (tasks.isEmpty() && phase == Phase.RESOLVING) {
            complete();
        }
    }

    private void prepareAnswered(Participant from, Outcome outcome) {
        switch (outcome.kind()) {
            // Or another coordinator of the same transaction was faster: all the same, only the last can say so for
            // all.
            case PREPARED, COMMITTED -> {
                preparedUpTo = Math.max(preparedUpTo, outcome.version());
                if (tasks.isEmpty() && !waiting.isEmpty()) {
                    prepare(waiting.size());
                } else if (tasks.isEmpty()) {
                    phase = Phase.COMMITTING;
                    task(decider, Step.COMMIT, request.orElseThrow().commitLast(preparedUpTo));
                }
            }
            // Each of them is on record at a participant: it never was, or never will be again, prepared there. So
            // nobody will ask the decider to commit, and it needs not be told.
            case CONFLICT -> aborted(Cause.CONFLICT, askedBut(from));
            case NOT_APPLIED -> aborted(Cause.NOT_IN_TIME, askedBut(from));
            // Another coordinator had it prepared there, and elsewhere, and may not have come further.
            case ABORTED -> aborted(Cause.NOT_IN_TIME, but(from));
            case FORGOTTEN -> {
                answer(new Forgotten());
                decide();
            }
            default -> throw wrong(from, outcome);
        }
    }

    private void commitAnswered(Outcome outcome) {
        if (outcome.kind() == Outcome.Kind.PREPARED) {
            // A node of the version before began it, which prepared the decider, too. It is ended as such a one.
            decide();
            return;
        }
        if (outcome.kind() == Outcome.Kind.COMMITTED) {
            answer(new Committed(outcome.version()));
        }
        decided(outcome);
    }

    private void decided(Outcome outcome) {
        switch (outcome.kind()) {
            // Not answered by this alone: it says nothing of the client's write concern. Who asks again is told by the
            // commit.
            case COMMITTED -> resolve(Decision.commitAt(outcome.version()), others);
            case CONFLICT -> aborted(Cause.CONFLICT, others);
            case ABORTED, NOT_APPLIED -> aborted(noRoom ? Cause.NO_ROOM : Cause.NOT_IN_TIME, others);
            // A commit decision is kept until all have resolved it, so to whoever has not it was an abort.
            case FORGOTTEN -> {
                answer(new Forgotten());
                resolve(Decision.ABORT, others);
            }
            default -> throw wrong(decider, outcome);
        }
    }

    private List<Participant> but(Participant one) {
        return others.stream().filter(it -> !it.equals(one)).toList();
    }

    /** All that were asked to prepare but for one that has refused. */
    private List<Participant> askedBut(Participant one) {
        return but(one).stream().filter(it -> !waiting.contains(it)).toList();
    }

    private void aborted(Cause why, List<Participant> toBeTold) {
        answer(new Aborted(why));
        resolve(Decision.ABORT, toBeTold);
    }

    private void checkResolved(Participant from, Outcome outcome) {
        boolean resolved = outcome.kind() == Outcome.Kind.COMMITTED || outcome.kind() == Outcome.Kind.ABORTED;
        if (!resolved) {
            throw wrong(from, outcome);
        }
    }

    private IllegalStateException wrong(Participant from, Outcome outcome) {
        return new IllegalStateException(from + " answered " + outcome + " to a step of transaction " + id);
    }

    private void decide() {
        phase = Phase.DECIDING;
        tasks.clear();
        task(decider, Step.DECIDE, step(new Command.Decide(Decision.ABORT)));
    }

    private void resolve(Decision made, List<Participant> toBeTold) {
        check(
                decision.isEmpty() || decision.get().equals(made),
                "transaction %s is decided as %s and as %s",
                id,
                decision,
                made);
        decision = Optional.of(made);
        phase = Phase.RESOLVING;
        tasks.clear();
        Command command = step(new Command.Resolve(made));
        toBeTold.forEach(participant -> task(participant, Step.RESOLVE, command));
        if (tasks.isEmpty()) {
            complete();
        }
    }

    private void complete() {
        if (mayComplete && decision.orElseThrow().commit()) {
            phase = Phase.COMPLETING;
            task(decider, Step.COMPLETE, step(new Command.Complete()));
        } else {
            phase = Phase.DONE;
        }
    }

    private void unanswered(Participant from, Step step, Now now) {
        Task task = tasks.get(from);
        if (task != null && task.send.step() == step) {
            task.underWay = false;
            task.notBeforeNanos = now.nanos() + task.pause;
            task.pause = Math.min(PAUSE_MOST, 2 * task.pause);
        }
    }

    /** Waiting would keep the others locked. Another coordinator may have committed it before, so the decider is asked. */
    private void noRoom(CoordinatorInput.NoRoom full, Now now) {
        Task task = tasks.get(full.from());
        boolean current = task != null && task.send.step() == full.step();
        if (current && full.step().promised()) {
            noRoom = true;
            decide();
        } else {
            unanswered(full.from(), full.step(), now);
        }
    }

    private void watchTime(Now now) {
        if (phase == Phase.PREPARING && now.nanos() - timing.prepareByNanos() >= 0) {
            decide();
        }
        if (now.nanos() - timing.answerByNanos() >= 0) {
            answer(new Unknown());
        }
        if (now.nanos() - timing.answerByNanos() >= AFTERWARDS) {
            phase = Phase.DONE;
            tasks.clear();
        }
    }

    private void sendDue(Now now) {
        for (Task task : tasks.values()) {
            if (!task.underWay && now.nanos() - task.notBeforeNanos >= 0) {
                task.underWay = true;
                out.sends.add(task.send);
            }
        }
    }

    /** With what the client is done with: where there is no room, its next transaction may leave nothing in the log that says so. */
    private Command step(Command.Operation operation) {
        return Command.step(id, request.map(TransactionRequest::doneBelow).orElse(0L), operation);
    }

    private void task(Participant to, Step step, Command command) {
        tasks.put(to, new Task(new Send(to, step, command)));
    }

    private void answer(Result result) {
        if (!answered) {
            answered = true;
            out.result = Optional.of(result);
        }
    }
}
