package io.holdfast.server.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets many threads ask for a piece of work that only one may do at a time, without a lock: whoever comes first does it, again if
 * others came meanwhile.
 */
public final class Drain {
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable work;

    /** @param work must not throw */
    public Drain(Runnable work) {
        this.work = work;
    }

    /** Does the work, or leaves it to whoever is at it, who does it once more. */
    public void run() {
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
