package io.holdfast.server.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Sends the steps of many transactions on their way together: what comes while one thread hands a batch to the gateway goes with the
 * next one, so that under load the steps at one partition share a message. Holds at most what the running coordinators have to send.
 */
final class StepQueue {
    private final Gateway gateway;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Drain drain = new Drain(this::sendAll);

    private record Waiting(Operation.Write operation, Consumer<Result> then) {}

    StepQueue(Gateway gateway) {
        this.gateway = gateway;
    }

    /** @param then told once, on any thread, possibly before this returns; must not throw */
    void submit(Operation.Write operation, Consumer<Result> then) {
        queue.add(new Waiting(operation, then));
        drain.run();
    }

    private void sendAll() {
        var batch = new ArrayList<Waiting>();
        var operations = new ArrayList<Operation.Write>();
        for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
            operations.add(next.operation().tagged(batch.size()));
            batch.add(next);
        }
        if (!batch.isEmpty()) {
            gateway.submit(operations, (leader, answers) -> told(batch, answers));
        }
    }

    private static void told(List<Waiting> batch, List<Answer> answers) {
        answers.forEach(
                answer -> batch.get((int) answer.operation().tag()).then().accept(answer.result()));
    }
}
