package io.holdfast.client.internal;

import io.holdfast.client.HoldfastException;
import io.holdfast.client.TransactionConflictException;
import io.holdfast.client.WriteConcern;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** Runs a transaction's body again and again until it commits without a conflict, for as long and as often as is allowed. */
public final class TransactionRunner {
    private static final long PAUSE_LEAST = 2_000_000L;
    private static final long PAUSE_MOST = 100_000_000L;
    /** A transaction of this age, or that of some attempts, pauses half as long, of twice that age a third: so the old ones get through. */
    private static final long PATIENCE = 250_000_000L;
    /** So many attempts may a pause last, and a first pause is this part of one: long ones would else meet each other again, for ever. */
    private static final int ATTEMPTS = 8;

    private final Engine engine;
    private final WriteConcern concern;
    private final int maxAttempts;
    private final long begun = System.nanoTime();
    private final long deadline;
    private int attempts;
    private long attemptBegun;

    /** @param deadline of all attempts together */
    public TransactionRunner(Engine engine, WriteConcern concern, Duration deadline, int maxAttempts) {
        this.engine = engine;
        this.concern = concern;
        this.maxAttempts = maxAttempts;
        this.deadline = begun + deadline.toNanos();
    }

    /** The state of the next attempt. */
    public TransactionState next() {
        attempts++;
        attemptBegun = System.nanoTime();
        return new TransactionState(engine, concern, attempts > 1, deadline);
    }

    /**
     * Completes when the next attempt may begin, or fails with what the application is told if there is none. Full jitter (Brooker,
     * "Exponential Backoff And Jitter", 2015), shorter for those that wait long.
     */
    public CompletableFuture<Void> pauseAfter(TransactionConflictException conflict) {
        long now = System.nanoTime();
        long lastAttempt = now - attemptBegun;
        long longest = Math.min(longestPause(attempts, now - begun, lastAttempt), deadline - now - lastAttempt);
        long pause = ThreadLocalRandom.current().nextLong(1, Math.max(2, longest));
        // An attempt that begins at the deadline could only time out, and would hide that nothing took effect.
        boolean over = attempts >= maxAttempts || now + pause - deadline >= 0;
        return over ? CompletableFuture.failedFuture(givenUp(conflict)) : engine.after(pause);
    }

    /** In nanoseconds, 2 at least. */
    static long longestPause(int attempts, long age, long lastAttempt) {
        long least = Math.max(PAUSE_LEAST, lastAttempt / ATTEMPTS);
        long most = Math.max(PAUSE_MOST, lastAttempt * ATTEMPTS);
        long patience = Math.max(PATIENCE, lastAttempt * ATTEMPTS);
        return Math.max(2, Math.min(most, least << Math.min(16, attempts)) / (1 + age / patience));
    }

    private TransactionConflictException givenUp(TransactionConflictException last) {
        return new TransactionConflictException("The transaction met a conflict in each of " + attempts
                + " attempts within " + (System.nanoTime() - begun) / 1_000_000
                + " ms and was not committed. The last: " + last.getMessage());
    }

    /** The asynchronous form: no thread waits. @param attempt runs the body on a state and commits it */
    public <T> CompletableFuture<T> run(Function<TransactionState, CompletionStage<T>> attempt) {
        CompletionStage<T> one;
        try {
            one = attempt.apply(next());
        } catch (RuntimeException failure) {
            one = CompletableFuture.failedFuture(failure);
        }
        return one.handle((result, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(result);
                    }
                    Throwable cause = HoldfastException.unwrap(failure);
                    return cause instanceof TransactionConflictException conflict
                            ? pauseAfter(conflict).thenCompose(elapsed -> run(attempt))
                            : CompletableFuture.<T>failedFuture(cause);
                })
                .thenCompose(Function.identity())
                .toCompletableFuture();
    }
}
