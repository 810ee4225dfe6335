package io.holdfast.server.cli.bench;

import com.google.protobuf.ByteString;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.Reason;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/**
 * The clients of one connection. Each sends its next request in the completion of the last one, on the SDK's only network
 * thread: so there is no thread a client, and the figures need no locks. Only {@link #start} is called elsewhere.
 */
final class ClosedLoop {
    private static final long HIGHEST_NANOS = 600_000_000_000L;
    private static final int DIGITS = 3;

    private final Keyspace keyspace;
    private final BenchPlan plan;
    private final Key[] keys;
    private final byte[] value;
    private final SplittableRandom random;
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, DIGITS);
    private final Map<Reason, Long> errors = new EnumMap<>(Reason.class);
    private final CountDownLatch running;
    private long measureFrom;
    private long measureUntil;

    ClosedLoop(Keyspace keyspace, BenchPlan plan, int clients, Key[] keys, byte[] value, long seed) {
        this.keyspace = keyspace;
        this.plan = plan;
        this.keys = keys;
        this.value = value;
        this.random = new SplittableRandom(seed);
        this.running = new CountDownLatch(clients);
    }

    /** A key of the benchmark, of 16 bytes. */
    static Key key(int number) {
        byte[] text = "bench-0000000000".getBytes(StandardCharsets.US_ASCII);
        for (int i = text.length - 1, rest = number; rest > 0; i--, rest /= 10) {
            text[i] = (byte) ('0' + rest % 10);
        }
        return Key.of(ByteString.copyFrom(text));
    }

    /** Starts all clients. Answers that come from one moment of {@link System#nanoTime} until the other count. */
    void start(long from, long until) {
        measureFrom = from;
        measureUntil = until;
        long clients = running.getCount();
        // Each client's first request comes from this thread, before the first answer can change anything: the random
        // numbers are drawn beforehand, because afterwards they belong to the network thread.
        int[] first = random.ints(clients, 0, keys.length).toArray();
        boolean[] puts = new boolean[first.length];
        for (int i = 0; i < puts.length; i++) {
            puts[i] = nextIsPut();
        }
        for (int i = 0; i < first.length; i++) {
            send(keys[first[i]], puts[i]);
        }
    }

    void await() throws InterruptedException {
        running.await();
    }

    Histogram latencies() {
        return latencies;
    }

    Map<Reason, Long> errors() {
        return errors;
    }

    private boolean nextIsPut() {
        return plan.mode() == BenchPlan.Mode.PUT || plan.mode() == BenchPlan.Mode.MIXED && random.nextBoolean();
    }

    private void send(Key key, boolean put) {
        long sent = System.nanoTime();
        CompletionStage<?> answer =
                put ? keyspace.putAsync(key, value) : keyspace.getAsync(key, ReadOptions.LINEARIZABLE);
        answer.whenComplete((result, error) -> answered(sent, error));
    }

    private void answered(long sent, Throwable error) {
        long now = System.nanoTime();
        boolean hopeless = false;
        if (now >= measureFrom && now < measureUntil || error != null) {
            if (error == null) {
                latencies.recordValue(Math.min(HIGHEST_NANOS, now - sent));
            } else {
                Reason reason = reason(error);
                errors.merge(reason, 1L, Long::sum);
                hopeless = reason.retry() == Reason.Retry.NEVER || reason == Reason.CLIENT_CLOSED;
            }
        }
        if (now < measureUntil && !hopeless) {
            send(keys[random.nextInt(keys.length)], nextIsPut());
        } else {
            running.countDown();
        }
    }

    private static Reason reason(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof HoldfastException known ? known.reason() : Reason.INTERNAL;
    }
}
