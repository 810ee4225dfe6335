package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what other processes do, which nobody tells of. */
final class Waiting {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Something that may be so by now. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    private Waiting() {}

    /** @param otherwise what to say when the time is over */
    static void until(Duration wait, Condition condition, Supplier<String> otherwise)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(otherwise.get());
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }
}
