package io.holdfast.client.internal;

import io.holdfast.client.Limits;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What waits to be sent to one node, of one {@link Kind}, and the batches it leaves in. */
final class Outbox {
    static final int BATCH_REQUESTS = 256;
    static final int BATCH_BYTES = 512 << 10;
    /** Fewer that have ended are not worth a look at all that waits. */
    private static final int LEAST_ENDED = 64;

    private static final long MOST_MILLIS = Limits.MAX_DEADLINE.toMillis();

    private final ArrayDeque<Attempt> waiting = new ArrayDeque<>();
    private final Gathering gathering = new Gathering();
    /** The nearest deadline of what waits, or of what waited before and has left meanwhile. */
    private long nearestDeadline;
    /** Whether a sending ended because the stream was full: the rest of it must not wait again. */
    private boolean cut;
    /** Goes up when what is under way is no longer waited for. */
    private int wave;

    private int underWay;
    /** How many of those that wait have ended: nobody waits for them any more. */
    private int endedWaiting;

    private long leastOfMessage = Long.MAX_VALUE;

    void add(Attempt attempt) {
        long deadline = attempt.op.deadline;
        nearestDeadline = waiting.isEmpty() || deadline - nearestDeadline < 0 ? deadline : nearestDeadline;
        waiting.add(attempt);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many nanoseconds longer what waits should wait for more; 0: it should go now. Not if it is empty. */
    long left(long now) {
        if (cut || nearestDeadline - now < 4 * Gathering.MOST_NANOS) {
            return 0;
        }
        return gathering.left(waiting.size(), underWay, now);
    }

    /** Sends what waits, in batches, for as long as the stream has room, and returns whether anything was sent. */
    boolean send(WriteIds ids, long now, BooleanSupplier hasRoom, Consumer<RequestBatch> stream) {
        if (gathering.expired()) {
            // Some of what is under way may be stuck, and must not hold up what comes next as well.
            forgetUnderWay();
        }
        gathering.sent();
        boolean sent = false;
        while (!waiting.isEmpty() && hasRoom.getAsBoolean()) {
            RequestBatch batch = next(ids, now);
            if (batch.getRequestsCount() > 0) {
                stream.accept(batch);
                sent = true;
            }
        }
        cut = !waiting.isEmpty();
        return sent;
    }

    /** The next batch, empty if nobody waits any more for what was to go. It has left as soon as this returns. */
    private RequestBatch next(WriteIds ids, long now) {
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
                batch.addRequests(request(next, ids, now));
                next.left(now, wave);
                underWay++;
            } else {
                endedWaiting--;
            }
            waiting.remove();
        }
        return batch.build();
    }

    private static Request request(Attempt attempt, WriteIds ids, long now) {
        Op<?> op = attempt.op;
        // Now may be a little earlier than the operation's begin, and nodes refuse what is a millisecond too long.
        long millis = Math.min(MOST_MILLIS, Math.max(1, (op.deadline - now) / 1_000_000));
        Request.Builder request = Request.newBuilder()
                .setId(attempt.id)
                .setTimeoutMillis((int) millis)
                .setKeyspace(op.routes.name());
        op.fill(request, ids);
        return request.build();
    }

    /** It is under way no longer: answered, or nobody waits for it any more. At most once for each attempt. */
    void ended(Attempt attempt) {
        if (attempt.wave() == wave) {
            underWay--;
        } else if (attempt.wave() == Attempt.NOT_LEFT) {
            endedWaiting++;
            forgetEnded();
        }
    }

    /** A stream may have no room for long, while operations come and end: what has ended must not heap up with their values. */
    private void forgetEnded() {
        if (endedWaiting > LEAST_ENDED && endedWaiting > waiting.size() / 2) {
            waiting.removeIf(attempt -> attempt.op.state == Op.State.DONE);
            endedWaiting = 0;
        }
    }

    /** How many wait, those included that have ended meanwhile. */
    int size() {
        return waiting.size();
    }

    /** The node has done the request, so long after it had left. */
    void answered(long took) {
        leastOfMessage = Math.min(leastOfMessage, took);
    }

    /**
     * All answers of a message have been told. They count once, by the one that took the least: what one thing has held up comes in one
     * message, and must not outweigh all others.
     */
    void endOfMessage(long now) {
        if (leastOfMessage != Long.MAX_VALUE) {
            gathering.answered(leastOfMessage, now);
            leastOfMessage = Long.MAX_VALUE;
        }
    }

    /** The connection is gone, and with it all that had left. */
    void clear() {
        waiting.clear();
        endedWaiting = 0;
        forgetUnderWay();
        cut = false;
        gathering.sent();
    }

    private void forgetUnderWay() {
        wave++;
        underWay = 0;
    }
}
