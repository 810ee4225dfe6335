package io.holdfast.compare;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** A number of clients, each of which sends its next request when it has its answer. */
final class ClosedLoop {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(5);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(60);

    private final Store store;
    private final Workload workload;
    private final Plan plan;
    private final Histogram nanos = new ConcurrentHistogram(LONGEST, 3);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** What is the same for all peers. */
    record Plan(int keys, byte[] value, Duration warmUp, Duration measured) {
        String key(int number) {
            return String.format(Locale.ROOT, "key/%08d", number);
        }
    }

    private ClosedLoop(Store store, Workload workload, Plan plan) {
        this.store = store;
        this.workload = workload;
        this.plan = plan;
    }

    /** Runs a load; fails with the first request that fails. */
    static Cell run(String peer, Store store, Workload workload, int clients, int round, Plan plan)
            throws IOException, InterruptedException {
        return new ClosedLoop(store, workload, plan).run(peer, clients, round);
    }

    private Cell run(String peer, int clients, int round) throws IOException, InterruptedException {
        long from = System.nanoTime() + plan.warmUp().toNanos();
        long until = from + plan.measured().toNanos();
        var running = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            next(new SplittableRandom(31L * round + i), from, until, running);
        }
        long wait = until - System.nanoTime() + LAST_ANSWERS.toNanos();
        if (!running.await(wait, TimeUnit.NANOSECONDS)) {
            throw new IOException(
                    peer + " has left requests without an answer for " + LAST_ANSWERS.toSeconds() + " s.");
        }
        if (failure.get() != null) {
            throw new IOException("A request to " + peer + " failed", failure.get());
        }
        double seconds = plan.measured().toNanos() / 1e9;
        return new Cell(
                peer,
                workload.lower(),
                clients,
                round,
                nanos.getTotalCount() / seconds,
                nanos.getValueAtPercentile(50) / 1e6,
                nanos.getValueAtPercentile(99) / 1e6);
    }

    private void next(SplittableRandom random, long from, long until, CountDownLatch running) {
        long start = System.nanoTime();
        if (start - until >= 0 || failure.get() != null) {
            running.countDown();
            return;
        }
        request(random).whenComplete((done, error) -> {
            long end = System.nanoTime();
            if (error != null) {
                failure.compareAndSet(null, error);
            } else if (end - from >= 0 && end - until < 0) {
                nanos.recordValue(Math.min(LONGEST, end - start));
            }
            next(random, from, until, running);
        });
    }

    private CompletableFuture<?> request(SplittableRandom random) {
        String key = plan.key(random.nextInt(plan.keys()));
        boolean write = workload == Workload.PUT || workload == Workload.MIXED && random.nextBoolean();
        return write
                ? store.put(key, plan.value())
                : store.get(key).thenAccept(found -> {
                    if (!found) {
                        throw new IllegalStateException("Key " + key + " is not there");
                    }
                });
    }
}
