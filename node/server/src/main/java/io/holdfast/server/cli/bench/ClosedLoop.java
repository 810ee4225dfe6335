package io.holdfast.server.cli.bench;

import com.google.protobuf.ByteString;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Reason;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * The clients of one connection. Each sends its next request in the completion of the last one, on the SDK's only network
 * thread: so there is no thread a client, and the figures need no locks. Only {@link #start} is called elsewhere.
 */
final class ClosedLoop {
    private static final long HIGHEST_NANOS = 600_000_000_000L;
    private static final int DIGITS = 3;

    private final Work work;
    private final SplittableRandom random;
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, DIGITS);
    private final Map<Reason, Long> errors = new EnumMap<>(Reason.class);
    private final CountDownLatch running;
    private long measureFrom;
    private long measureUntil;

    ClosedLoop(Work work, int clients, long seed) {
        this.work = work;
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

    static Key[] keys(int count) {
        return IntStream.range(0, count).mapToObj(ClosedLoop::key).toArray(Key[]::new);
    }

    /** Starts all clients. Answers that come from one moment of {@link System#nanoTime} until the other count. */
    void start(long from, long until) {
        measureFrom = from;
        measureUntil = until;
        for (long left = running.getCount(); left > 0; left--) {
            // Each client draws numbers of its own, so that they need no lock between this thread and the network's.
            send(random.split());
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

    private void send(SplittableRandom own) {
        long sent = System.nanoTime();
        work.begin(own).whenComplete((result, error) -> answered(own, sent, error));
    }

    private void answered(SplittableRandom own, long sent, Throwable error) {
        long now = System.nanoTime();
        boolean hopeless = false;
        if (now >= measureFrom && now < measureUntil || error != null) {
            if (error == null) {
                latencies.recordValue(Math.min(HIGHEST_NANOS, now - sent));
            } else {
                Reason reason = HoldfastException.of(error).reason();
                errors.merge(reason, 1L, Long::sum);
                hopeless = reason.retry() == Reason.Retry.NEVER || reason == Reason.CLIENT_CLOSED;
            }
        }
        if (now < measureUntil && !hopeless) {
            send(own);
        } else {
            running.countDown();
        }
    }
}
