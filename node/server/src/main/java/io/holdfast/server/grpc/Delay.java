package io.holdfast.server.grpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Runs something later, on another thread. */
@FunctionalInterface
public interface Delay {
    Duration POLL = Duration.ofMillis(20);

    void after(Duration duration, Runnable task);

    /** Looks every {@link #POLL} whether the condition holds: true as soon as it does, false at the deadline. */
    default CompletableFuture<Boolean> until(BooleanSupplier condition, long deadlineNanos) {
        var result = new CompletableFuture<Boolean>();
        look(condition, deadlineNanos, result);
        return result;
    }

    private void look(BooleanSupplier condition, long deadlineNanos, CompletableFuture<Boolean> result) {
        try {
            if (condition.getAsBoolean()) {
                result.complete(true);
            } else if (System.nanoTime() - deadlineNanos >= 0) {
                result.complete(false);
            } else {
                after(POLL, () -> look(condition, deadlineNanos, result));
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }
}
