package io.holdfast.compare;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other processes do, which nobody tells of. */
final class Patience {
    private static final Duration WAIT = Duration.ofSeconds(120);
    private static final long POLL_MILLIS = 100;

    private Patience() {}

    /** Fails after two minutes. A condition that throws does not hold yet. */
    static void until(BooleanSupplier condition, Supplier<String> otherwise) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + WAIT.toNanos();
        RuntimeException last = null;
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (RuntimeException notYet) {
                last = notYet;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException(otherwise.get(), last);
    }
}
