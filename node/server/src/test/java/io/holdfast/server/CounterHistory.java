package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Keyspace;
import io.holdfast.v1.Get;
import io.holdfast.v1.Request;
import io.holdfast.v1.StoreGrpc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One key that counts up, written through the SDK, and read at every site at once by linearizable reads. A read that was asked
 * after a write was acknowledged must show that write or a later one, wherever it is asked.
 */
public final class CounterHistory implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 1000;

    private final String key;
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, AtomicLong> answered = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> staleReads = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    public CounterHistory(HoldfastClient client, String keyspace, String key, Map<String, String> endpointBySite) {
        this.key = key;
        Keyspace written = client.keyspace(keyspace);
        run("writer", () -> write(written));
        endpointBySite.forEach((site, endpoint) -> {
            answered.put(site, new AtomicLong());
            run("reader at " + site, () -> readAt(site, endpoint, keyspace));
        });
    }

    private void run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.start();
        threads.add(thread);
    }

    private void write(Keyspace keyspace) {
        for (long next = 1; !over; ) {
            try {
                keyspace.put(key, Long.toString(next).getBytes(StandardCharsets.UTF_8));
                acknowledged.set(next++);
            } catch (HoldfastException retried) {
                // No outcome within the deadline: the same number again, so that the values never fall.
                continue;
            }
        }
    }

    private void readAt(String site, String endpoint, String keyspace) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        Request request = Request.newBuilder()
                .setKeyspace(keyspace)
                .setTimeoutMillis(READ_TIMEOUT_MILLIS)
                .setGet(Get.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
        while (!over) {
            long floor = acknowledged.get();
            try {
                var found = StoreGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(2L * READ_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(request)
                        .getGet();
                long value = found.getFound() ? Long.parseLong(found.getValue().toStringUtf8()) : 0;
                if (value < floor) {
                    staleReads.add("site " + site + " read " + value + " after " + floor + " was acknowledged");
                }
                answered.get(site).incrementAndGet();
            } catch (StatusRuntimeException unavailable) {
                // A site may refuse; it may not answer wrongly. At once again would only burn the processor.
                channel.resetConnectBackoff();
                Thread.yield();
            }
        }
        channel.shutdownNow();
    }

    /** The last number that was acknowledged. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** How many reads a site has answered. */
    public long answered(String site) {
        return answered.get(site).get();
    }

    public void assertNothingStale() {
        assertThat(staleReads).isEmpty();
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            joinOrFail(thread);
        }
    }

    private static void joinOrFail(Thread thread) {
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).as(thread.getName() + " still runs").isFalse();
    }
}
