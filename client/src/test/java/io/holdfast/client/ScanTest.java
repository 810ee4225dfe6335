package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.holdfast.client.internal.Errors;
import io.holdfast.v1.Error;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScanTest {
    private static final int PART = 256 << 10;

    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;
    private final AtomicInteger sent = new AtomicInteger();
    private final List<ScanRequest> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        client = cluster.client(ClientOptions.DEFAULT);
        shop = client.keyspace("shop");
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    private static ScanResponse part(int number, int bytes) {
        return ScanResponse.newBuilder()
                .addEntries(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(String.format("%05d", number)))
                        .setValue(ByteString.copyFrom(new byte[bytes]))
                        .setVersion(number + 1))
                .build();
    }

    /** Sends parts as fast as the stream takes them; breaks off after some if told so. */
    private void serve(int parts, int breakAfter, CompletableFuture<Void> cancelled) {
        cluster.nodes
                .values()
                .forEach(node -> node.scanner = (request, out) -> {
                    asked.add(request);
                    int first = request.getAfter().isEmpty()
                            ? 0
                            : Integer.parseInt(request.getAfter().toStringUtf8()) + 1;
                    AtomicInteger next = new AtomicInteger(first);
                    out.setOnCancelHandler(() -> cancelled.complete(null));
                    out.setOnReadyHandler(() -> {
                        while (out.isReady() && next.get() < parts) {
                            if (next.get() - first == breakAfter) {
                                next.set(parts + 1);
                                out.onError(Status.UNAVAILABLE.asRuntimeException());
                                return;
                            }
                            sent.incrementAndGet();
                            out.onNext(part(next.getAndIncrement(), PART));
                        }
                        if (next.get() == parts) {
                            next.incrementAndGet();
                            out.onCompleted();
                        }
                    });
                });
    }

    @Test
    void entriesComeInOrderWithinLimits() {
        for (String key : List.of("b/2", "a/1", "b/1", "b/3", "c")) {
            shop.put(key, key.getBytes());
        }
        assertThat(keys("b/", ScanOptions.DEFAULT)).containsExactly("b/1", "b/2", "b/3");
        assertThat(keys("", ScanOptions.DEFAULT.withLimit(2))).containsExactly("a/1", "b/1");
        assertThat(keys("b/", ScanOptions.DEFAULT.withAfter(Key.of("b/1")))).containsExactly("b/2", "b/3");
        assertThat(keys("x", ScanOptions.DEFAULT)).isEmpty();
        try (ScanCursor cursor = shop.scan("c", ScanOptions.DEFAULT.withKeysOnly(true))) {
            assertThat(cursor.next().value()).isEmpty();
            assertThat(cursor.hasNext()).isFalse();
        }
    }

    private List<String> keys(String prefix, ScanOptions how) {
        try (ScanCursor cursor = shop.scan(prefix, how)) {
            return cursor.stream().map(entry -> entry.key().toString()).toList();
        }
    }

    @Test
    void aSlowReaderHoldsTheNodeBack() {
        serve(200, -1, new CompletableFuture<>());
        // What may be under way: the flow-control window of 4 MiB, the parts held here, and what gRPC buffers.
        int most = (4 << 20) / PART + 8;
        try (ScanCursor cursor = shop.scan("", ScanOptions.DEFAULT)) {
            for (int read = 0; read < 200; read++) {
                assertThat(cursor.next().key()).hasToString(String.format("%05d", read));
                assertThat(sent.get() - read).isLessThanOrEqualTo(most);
            }
            assertThat(cursor.hasNext()).isFalse();
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void closingEndsItAtTheNode() {
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        serve(1000, -1, cancelled);
        try (ScanCursor cursor = shop.scan("", ScanOptions.DEFAULT)) {
            cursor.next();
        }
        await().until(cancelled::isDone);
        assertThat(sent.get()).isLessThan(1000);
    }

    @Test
    void aBrokenScanGoesOnAfterTheLastKey() {
        serve(10, 3, new CompletableFuture<>());
        assertThat(keys("", ScanOptions.DEFAULT.withLimit(10)))
                .hasSize(10)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(asked).extracting(ScanRequest::getLimit).containsExactly(10L, 7L, 4L, 1L);
    }

    /** Keeps what it is sent, and asks for nothing by itself. */
    private static class Collecting implements Flow.Subscriber<Entry> {
        final List<Entry> got = new CopyOnWriteArrayList<>();
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(Entry entry) {
            got.add(entry);
        }

        @Override
        public void onError(Throwable error) {
            done.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            done.complete(null);
        }
    }

    @Test
    void aPublisherSendsWhatIsRequested() throws Exception {
        serve(20, -1, new CompletableFuture<>());
        var subscriber = new Collecting();
        shop.scanAsync("", ScanOptions.DEFAULT).subscribe(subscriber);
        Flow.Subscription subscription = subscriber.subscription.get();
        subscription.request(3);
        await().until(() -> subscriber.got.size() == 3);
        subscription.request(2);
        await().until(() -> subscriber.got.size() == 5);
        assertThat(subscriber.done).isNotDone();
        subscription.request(Long.MAX_VALUE);
        await().until(subscriber.done::isDone);
        assertThat(subscriber.got)
                .extracting(entry -> entry.version())
                .hasSize(20)
                .isSorted();
    }

    /** Reactive Streams, rule 2.13: it counts as cancelled. */
    @Test
    void aSubscriberThatThrowsIsSentNothingMoreAndItsScanEndsAtTheNode() throws Exception {
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        serve(10_000, -1, cancelled);
        var subscriber = new Collecting() {
            @Override
            public void onNext(Entry entry) {
                super.onNext(entry);
                if (got.size() == 3) {
                    throw new IllegalStateException("thrown by the application");
                }
            }
        };
        shop.scanAsync("", ScanOptions.DEFAULT).subscribe(subscriber);
        subscriber.subscription.get().request(Long.MAX_VALUE);
        cancelled.get(30, TimeUnit.SECONDS);
        assertThat(subscriber.got).hasSize(3);
        assertThat(subscriber.done).isNotDone();
    }

    @Test
    void errorsOfTheNodeHaveTheirReason() {
        cluster.nodes
                .values()
                .forEach(node -> node.scanner = (request, out) -> {
                    Metadata trailers = new Metadata();
                    trailers.put(
                            Errors.TRAILER,
                            Error.newBuilder()
                                    .setReason(io.holdfast.v1.Reason.INVALID_LIMIT)
                                    .setMessage("Too many.")
                                    .build());
                    out.onError(Status.INVALID_ARGUMENT.asRuntimeException(trailers));
                });
        try (ScanCursor cursor = shop.scan("", ScanOptions.DEFAULT)) {
            assertThatThrownBy(cursor::hasNext)
                    .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                            .isEqualTo(Reason.INVALID_LIMIT));
        }
    }

    @Test
    void aSilentScanTimesOut() {
        cluster.nodes.values().forEach(node -> node.scanner = (request, out) -> {});
        ScanOptions how = ScanOptions.DEFAULT.withRead(ReadOptions.DEFAULT.withDeadline(Duration.ofMillis(100)));
        try (ScanCursor cursor = shop.scan("", how)) {
            assertThatThrownBy(cursor::hasNext).isInstanceOf(TimedOutException.class);
        }
    }

    @Test
    void closingTheClientEndsAWaitingScan() {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        cluster.nodes.values().forEach(node -> node.scanner = (request, out) -> arrived.complete(null));
        CompletableFuture<Void> closed = arrived.thenRunAsync(client::close);
        try (ScanCursor cursor = shop.scan("", ScanOptions.DEFAULT)) {
            assertThatThrownBy(cursor::hasNext).isInstanceOf(HoldfastException.class);
        }
        closed.join();
    }

    @Test
    void whoIsInterruptedMayReadOn() {
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        Thread reader = Thread.currentThread();
        cluster.nodes
                .values()
                .forEach(node -> node.scanner = (request, out) -> {
                    interrupted.thenRunAsync(() -> {
                        out.onNext(part(0, 1));
                        out.onNext(part(1, 1));
                        out.onCompleted();
                    });
                    reader.interrupt();
                });
        try (ScanCursor cursor = shop.scan("", ScanOptions.DEFAULT)) {
            assertThatThrownBy(cursor::hasNext)
                    .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                            .isEqualTo(Reason.INTERRUPTED));
            assertThat(Thread.interrupted()).isTrue();
            interrupted.complete(null);
            assertThat(cursor.stream()).extracting(Entry::version).containsExactly(1L, 2L);
        }
    }
}
