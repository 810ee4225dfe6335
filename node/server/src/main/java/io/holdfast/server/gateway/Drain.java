package io.holdfast.server.grpc;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets many threads ask for a piece of work that only one may do at a time, without a lock: whoever comes first does it, again if
 * others came meanwhile.
 */
final class Drain {
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable work;

    /** @param work must not throw */
    Drain(Runnable work) {
        this.work = work;
    }

    void run() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            work.run();
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }
}
