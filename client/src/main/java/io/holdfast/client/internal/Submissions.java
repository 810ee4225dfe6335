package io.holdfast.client.internal;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * How operations get from the callers' threads to the client's own: a lock-free stack (R. K. Treiber, "Systems
 * programming: coping with parallelism", 1986) linked through the operations themselves, taken as a whole. Whoever finds
 * it empty wakes the client's thread. So what comes while that thread is at work is taken together, and what comes while
 * it rests is taken at once. It is bounded by the permits that callers need before they push.
 */
final class Submissions {
    private final AtomicReference<Op<?>> newest = new AtomicReference<>();

    /** Adds an operation. Returns true if there was none, so that the caller must see to it that they are taken. */
    boolean push(Op<?> op) {
        Op<?> before;
        do {
            before = newest.get();
            op.nextSubmitted = before;
        } while (!newest.compareAndSet(before, op));
        return before == null;
    }

    /** Takes all there are, in the order in which they were pushed. */
    void takeAll(Consumer<Op<?>> taker) {
        Op<?> rest = newest.getAndSet(null);
        Op<?> oldest = null;
        while (rest != null) {
            Op<?> before = rest.nextSubmitted;
            rest.nextSubmitted = oldest;
            oldest = rest;
            rest = before;
        }
        while (oldest != null) {
            Op<?> op = oldest;
            oldest = op.nextSubmitted;
            op.nextSubmitted = null;
            taker.accept(op);
        }
    }
}
