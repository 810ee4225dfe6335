package io.holdfast.client.internal;

import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import java.util.ArrayDeque;

/** What waits to be sent to one node, and the batches it leaves in. Bounded by the requests that a client may have in flight. */
final class Outbox {
    static final int BATCH_REQUESTS = 256;
    static final int BATCH_BYTES = 512 << 10;

    private final ArrayDeque<Attempt> waiting = new ArrayDeque<>();
    private final Gathering gathering = new Gathering();
    private int underWay;

    void add(Attempt attempt) {
        waiting.add(attempt);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many nanoseconds longer what waits should wait for more; 0: it should go now. Not if it is empty. */
    long left(long now) {
        return gathering.left(waiting.size(), underWay, now);
    }

    /** The next batch, empty if nobody waits any more for what was to go. It has left as soon as this returns. */
    RequestBatch next(WriteIds ids, long now) {
        gathering.sent();
        RequestBatch.Builder batch = RequestBatch.newBuilder();
        int bytes = 0;
        for (Attempt next = waiting.peek();
                next != null && batch.getRequestsCount() < BATCH_REQUESTS;
                next = waiting.peek()) {
            if (next.op.state != Op.State.DONE) {
                bytes += next.op.size();
                if (batch.getRequestsCount() > 0 && bytes > BATCH_BYTES) {
                    break;
                }
                next.leftAt = now;
                underWay++;
                batch.addRequests(request(next, ids, now));
            }
            waiting.remove();
        }
        return batch.build();
    }

    private static Request request(Attempt attempt, WriteIds ids, long now) {
        Op<?> op = attempt.op;
        long millis = Math.max(1, (op.deadline - now) / 1_000_000);
        Request.Builder request = Request.newBuilder()
                .setId(attempt.id)
                .setTimeoutMillis((int) millis)
                .setKeyspace(op.routes.name());
        op.fill(request, ids);
        return request.build();
    }

    /** The node has answered. */
    void answered(Attempt attempt, long now) {
        underWay--;
        gathering.answered(attempt.op.kind(), now - attempt.leftAt, now);
    }

    /** Nobody waits for the answer any more. */
    void forgotten(Attempt attempt) {
        if (attempt.leftAt != 0) {
            underWay--;
        }
    }

    /** The connection is gone, and with it all that had left. */
    void clear() {
        waiting.clear();
        underWay = 0;
        gathering.sent();
    }
}
