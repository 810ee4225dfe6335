package io.holdfast.server.gateway;

import io.holdfast.core.txn.CoordinatorOutput.Step;
import io.holdfast.server.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the steps of many transactions on their way together: what comes while one thread hands a batch to the gateway goes with the
 * next one, so that under load the steps at one partition share a message. That a transaction is complete nobody waits for: it goes with the next
 * step for its partition, in one message if the concern is the same, or after a while. Holds at most what the running coordinators have to send.
 */
final class StepQueue {
    private static final Logger LOG = LoggerFactory.getLogger(StepQueue.class);

    private final Gateway gateway;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    /** What may wait for another step to go with. Touched within the drain alone. */
    private final Map<PartitionId, List<Waiting>> unhurried = new HashMap<>();

    private final AtomicBoolean longEnough = new AtomicBoolean();
    private final Drain drain = new Drain(this::sendAll);

    /** @param then told once, on any thread, possibly before {@link #submit} returns, with where to put what follows; must not throw */
    record Waiting(Step step, Operation.Write operation, BiConsumer<Result, Outbox> then) {}

    StepQueue(Gateway gateway) {
        this.gateway = gateway;
    }

    void submit(List<Waiting> steps) {
        if (!steps.isEmpty()) {
            queue.addAll(steps);
            drain.run();
        }
    }

    /** Called now and then: what waits has waited long enough. */
    void tick() {
        longEnough.set(true);
        drain.run();
    }

    private void sendAll() {
        var batch = new ArrayList<Waiting>();
        for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
            PartitionId partition = next.operation().partition();
            if (next.step() == Step.COMPLETE) {
                unhurried.computeIfAbsent(partition, it -> new ArrayList<>()).add(next);
            } else {
                batch.add(next);
                batch.addAll(removeUnhurried(partition));
            }
        }
        if (longEnough.getAndSet(false)) {
            unhurried.values().forEach(batch::addAll);
            unhurried.clear();
        }
        send(batch);
    }

    private List<Waiting> removeUnhurried(PartitionId partition) {
        List<Waiting> removed = unhurried.remove(partition);
        return removed == null ? List.of() : removed;
    }

    private void send(List<Waiting> batch) {
        if (batch.isEmpty()) {
            return;
        }
        var operations = new ArrayList<Operation.Write>(batch.size());
        for (Waiting each : batch) {
            operations.add(each.operation().tagged(operations.size()));
        }
        try {
            gateway.submitSteps(operations, (leader, answers) -> told(batch, answers));
        } catch (RuntimeException failure) {
            // Else the drain would stand still, and with it all transactions of this node. Some steps may be on their
            // way: an answer too many does no harm.
            LOG.error("The steps of {} transactions could not be sent; they are sent again", batch.size(), failure);
            told(
                    batch,
                    operations.stream()
                            .map(it -> new Answer(it, Failures.brokenTransaction()))
                            .toList());
        }
    }

    private void told(List<Waiting> batch, List<Answer> answers) {
        var out = new Outbox(gateway, this);
        answers.forEach(
                answer -> batch.get((int) answer.operation().tag()).then().accept(answer.result(), out));
        out.empty();
    }
}
