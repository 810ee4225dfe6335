package io.holdfast.loadtest;

import io.holdfast.client.HoldfastException;
import io.holdfast.client.Keyspace;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/** Writes the keys that a load reads. */
final class Preload {
    private static final int IN_FLIGHT = 1024;

    private Preload() {}

    /** Puts the keys of the numbers 0 to {@code count - 1}; fails with the first failure. */
    static void run(Keyspace into, long count, LongFunction<String> key, LongFunction<byte[]> value)
            throws InterruptedException {
        var room = new Semaphore(IN_FLIGHT);
        var failure = new AtomicReference<Throwable>();
        for (long i = 0; i < count && failure.get() == null; i++) {
            room.acquire();
            into.putAsync(key.apply(i), value.apply(i)).whenComplete((done, error) -> {
                if (error != null) {
                    failure.compareAndSet(null, error);
                }
                room.release();
            });
        }
        room.acquire(IN_FLIGHT);
        if (failure.get() != null) {
            throw HoldfastException.of(failure.get());
        }
    }
}
