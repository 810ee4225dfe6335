package io.holdfast.server.gateway;

import io.holdfast.core.Now;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.Coordinator;
import io.holdfast.core.txn.CoordinatorInput;
import io.holdfast.core.txn.CoordinatorOutput;
import io.holdfast.core.txn.Unfinished;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the coordinators of this node: those of its clients' transactions, and those that finish what others have left at partitions
 * that are led here. Thread-safe; what a coordinator decides is the core's business.
 */
final class Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    /** What another node has left is asked for again, so that some of it may be dropped. */
    static final int MAX_FINISHING = 1024;
    /**
     * After that a step is repeated; the partition may have got another leader meanwhile. The same for all, whatever time their clients have, so that
     * they may share a message; a client whose time is over is answered by the coordinator.
     */
    private static final int STEP_TIMEOUT_MILLIS = 2_000;

    private final Gateway gateway;
    private final GatewayConfig config;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    /** What is being finished for partitions that are led here: each asks again and again, and one coordinator at a time is enough. */
    private final Set<Left> finishing = ConcurrentHashMap.newKeySet();

    private final StepQueue steps;

    Transactions(Gateway gateway, GatewayConfig config) {
        this.gateway = gateway;
        this.config = config;
        this.steps = new StepQueue(gateway);
    }

    int underWay() {
        return running.size();
    }

    void begin(List<Operation.Commit> commits, Caller caller) {
        Outbox out = outbox();
        commits.forEach(commit -> begin(commit, caller, out));
        out.empty();
    }

    private void begin(Operation.Commit commit, Caller caller, Outbox out) {
        if (running.size() - finishing.size() >= config.maxOutstanding()) {
            out.refuse(commit, caller, Failures.nodeOverloaded(config.maxOutstanding()));
            return;
        }
        Optional<PartitionId> cutOff = cutOff(commit);
        if (cutOff.isPresent()) {
            out.refuse(commit, caller, Failures.cutOff(cutOff.get()));
            return;
        }
        Now now = now();
        long timeout = TimeUnit.MILLISECONDS.toNanos(commit.timeoutMillis());
        // What is left of the time is for learning that it is aborted.
        var timing = new Coordinator.Timing(now.nanos() + timeout / 4 * 3, now.nanos() + timeout);
        start(new Running(Coordinator.of(commit.request(), timing), new Client(commit, caller)), out);
    }

    /** A partition of the transaction of which this node reaches too few sites. */
    private Optional<PartitionId> cutOff(Operation.Commit commit) {
        if (config.unreachable().get().isEmpty()) {
            return Optional.empty();
        }
        for (Participant participant : commit.request().parts().keySet()) {
            PartitionId partition = PartitionId.of(participant);
            if (gateway.isCutOff(partition)) {
                return Optional.of(partition);
            }
        }
        return Optional.empty();
    }

    void finish(PartitionId at, Unfinished unfinished) {
        var left = new Left(at, unfinished.transaction());
        if (finishing.size() < MAX_FINISHING && finishing.add(left)) {
            Outbox out = outbox();
            start(new Running(Coordinator.of(unfinished, at.participant(), now()), left), out);
            out.empty();
        }
    }

    /** Called now and then: repeats what was not answered, and ends what takes too long. */
    void tick() {
        Outbox out = outbox();
        running.forEach(it -> {
            it.step(new CoordinatorInput.Tick(), out);
            it.tellIfCutOff(out);
        });
        out.empty();
        steps.tick();
    }

    private void start(Running started, Outbox out) {
        running.add(started);
        started.step(new CoordinatorInput.Tick(), out);
    }

    private Outbox outbox() {
        return new Outbox(gateway, steps);
    }

    private Now now() {
        return new Now(config.nanos().getAsLong(), config.wallMillis().getAsLong());
    }

    /** What a coordinator is there for. */
    private sealed interface Purpose {}

    private record Client(Operation.Commit commit, Caller caller) implements Purpose {}

    private record Left(PartitionId at, WriteId transaction) implements Purpose {}

    /** One coordinator and whom it works for. Its steps come from many threads, one at a time. */
    private final class Running {
        private final Coordinator coordinator;
        private final Purpose purpose;
        private final AtomicBoolean hasTold = new AtomicBoolean();
        private boolean broken;

        Running(Coordinator coordinator, Purpose purpose) {
            this.coordinator = coordinator;
            this.purpose = purpose;
        }

        private Optional<Client> client() {
            return purpose instanceof Client client ? Optional.of(client) : Optional.empty();
        }

        private void end() {
            running.remove(this);
            if (purpose instanceof Left left) {
                finishing.remove(left);
            }
        }

        void step(CoordinatorInput input, Outbox box) {
            CoordinatorOutput out;
            boolean done;
            try {
                synchronized (this) {
                    if (broken || coordinator.done()) {
                        return;
                    }
                    // For as long as it has not ended well.
                    broken = true;
                    out = coordinator.step(now(), input);
                    broken = false;
                    done = coordinator.done();
                }
            } catch (RuntimeException | Error e) {
                broken(e, box);
                return;
            }
            out.result().ifPresent(result -> tell(result, box));
            out.sends().forEach(send -> send(send, box));
            if (done) {
                end();
            }
        }

        /** So that another site finishes it for the client. This coordinator goes on: it may be the only one to know what is locked where it reaches. */
        void tellIfCutOff(Outbox box) {
            if (purpose instanceof Client told && !hasTold.get()) {
                cutOff(told.commit())
                        .filter(it -> hasTold.compareAndSet(false, true))
                        .ifPresent(it -> box.refuse(told.commit(), told.caller(), Failures.cutOffMeanwhile(it)));
            }
        }

        /** The participants keep what they know, and are settled by whoever meets their locks. */
        private void broken(Throwable failure, Outbox box) {
            LOG.error("A coordinator of a transaction failed on an answer", failure);
            end();
            client().ifPresent(it -> tell(it, Failures.brokenTransaction(), box));
        }

        private void tell(CoordinatorOutput.Result result, Outbox box) {
            client().ifPresent(it -> tell(it, resultFor(it.commit(), result), box));
        }

        private void tell(Client told, Result result, Outbox box) {
            if (hasTold.compareAndSet(false, true)) {
                box.answer(told.commit(), told.caller(), result);
            }
        }

        private Result resultFor(Operation.Commit commit, CoordinatorOutput.Result result) {
            if (result instanceof CoordinatorOutput.Committed committed) {
                return new Result.Written(new Outcome(Outcome.Kind.COMMITTED, committed.timestamp()));
            }
            if (result instanceof CoordinatorOutput.Aborted aborted) {
                if (aborted.cause() == CoordinatorOutput.Cause.NO_ROOM) {
                    return Failures.full("the transaction's partitions");
                }
                boolean conflict = aborted.cause() == CoordinatorOutput.Cause.CONFLICT;
                return new Result.Written(new Outcome(conflict ? Outcome.Kind.CONFLICT : Outcome.Kind.ABORTED, 0));
            }
            return result instanceof CoordinatorOutput.Forgotten
                    ? new Result.Written(new Outcome(Outcome.Kind.FORGOTTEN, 0))
                    : Failures.outcomeUnknown(commit.partition());
        }

        private void send(CoordinatorOutput.Send send, Outbox box) {
            Operation.Write operation = gateway.operations()
                    .step(PartitionId.of(send.to()), send.command(), concern(send.step()), STEP_TIMEOUT_MILLIS);
            box.step(
                    new StepQueue.Waiting(send.step(), operation, (result, next) -> step(inputOf(send, result), next)));
        }

        private static CoordinatorInput inputOf(CoordinatorOutput.Send send, Result result) {
            if (result instanceof Result.Written written) {
                return new CoordinatorInput.Answered(send.to(), send.step(), written.outcome());
            }
            return ((Result.Failed) result).reason() == Reason.STORE_FULL
                    ? new CoordinatorInput.NoRoom(send.to(), send.step())
                    : new CoordinatorInput.Unanswered(send.to(), send.step());
        }

        private WriteConcern concern(CoordinatorOutput.Step step) {
            return step.promised()
                    ? client().map(it -> it.commit().concern()).orElse(WriteConcern.MAJORITY)
                    : WriteConcern.MAJORITY;
        }
    }
}
