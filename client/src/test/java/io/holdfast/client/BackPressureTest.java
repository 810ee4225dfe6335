package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.v1.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackPressureTest {
    private static final byte[] VALUE = {1};

    private FakeCluster cluster;
    private final LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a");
        cluster.node("a").handler = (request, reply) -> held.add(() -> reply.accept(cluster.execute(request)));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Runnable next() throws InterruptedException {
        return java.util.Objects.requireNonNull(held.poll(30, TimeUnit.SECONDS), "no request came");
    }

    private static ClientOptions options(ClientOptions.WhenFull whenFull, int inFlight, int waiting) {
        return ClientOptions.DEFAULT
                .withWhenFull(whenFull)
                .withMaxInFlight(inFlight)
                .withMaxWaiting(waiting)
                .withDeadline(Duration.ofSeconds(60));
    }

    @Test
    void failingTellsAtOnceAndRecovers() throws Exception {
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.FAIL, 2, 0))) {
            Keyspace shop = client.keyspace("shop");
            CompletableFuture<WriteResult> first = shop.putAsync("1", VALUE).toCompletableFuture();
            shop.putAsync("2", VALUE);
            assertThatThrownBy(() -> shop.put("3", VALUE)).isInstanceOf(ClientFullException.class);
            CompletableFuture<WriteResult> third = shop.putAsync("3", VALUE).toCompletableFuture();
            assertThat(third).isCompletedExceptionally();
            next().run();
            first.get(30, TimeUnit.SECONDS);
            CompletableFuture<WriteResult> fourth = shop.putAsync("4", VALUE).toCompletableFuture();
            assertThat(fourth).isNotCompletedExceptionally();
        }
    }

    @Test
    void waitingKeepsTheOrderAndTheBound() throws Exception {
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.WAIT, 1, 3))) {
            Keyspace shop = client.keyspace("shop");
            List<CompletableFuture<WriteResult>> writes = List.of("1", "2", "3", "4").stream()
                    .map(key -> shop.putAsync(key, VALUE).toCompletableFuture())
                    .toList();
            assertThat(shop.putAsync("5", VALUE).toCompletableFuture()).isCompletedExceptionally();
            for (CompletableFuture<WriteResult> write : writes) {
                Runnable one = next();
                assertThat(held).as("one in flight at a time").isEmpty();
                one.run();
                write.get(30, TimeUnit.SECONDS);
            }
            assertThat(cluster.node("a").requests())
                    .extracting(request -> request.getPut().getKey().toStringUtf8())
                    .containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    void aBlockingCallWaitsForRoom() throws Exception {
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.WAIT, 1, 0))) {
            Keyspace shop = client.keyspace("shop");
            shop.putAsync("1", VALUE);
            Runnable first = next();
            CompletableFuture<WriteResult> second = new CompletableFuture<>();
            Thread caller = new Thread(() -> second.complete(shop.put("2", VALUE)));
            caller.start();
            await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
            assertThat(held).isEmpty();
            first.run();
            next().run();
            assertThat(second.get(30, TimeUnit.SECONDS).applied()).isTrue();
        }
    }

    /** All that a blocking call of a transaction sends while its thread is still in it. */
    @Test
    void aTransactionsBlockingCallsWaitForRoom() throws Exception {
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.WAIT, 1, 0))) {
            Keyspace shop = client.keyspace("shop");
            CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
            waitsForRoom(shop, () -> snapshot.complete(shop.snapshot(SnapshotOptions.NOW)));
            assertThat(snapshot.get(30, TimeUnit.SECONDS).timestamp()).isNotNegative();
            Transaction transaction = shop.begin(TransactionOptions.DEFAULT);
            waitsForRoom(shop, () -> transaction.get("2"));
            transaction.put("2", VALUE);
            waitsForRoom(shop, transaction::commit);
            assertThat(transaction.commitTimestamp()).isPositive();
        }
    }

    /** While a put takes all the room the call waits, and nothing of it is sent; then it is answered. */
    private void waitsForRoom(Keyspace shop, Runnable call) throws Exception {
        shop.putAsync("1", VALUE);
        Runnable first = next();
        CompletableFuture<Void> end = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                call.run();
                end.complete(null);
            } catch (RuntimeException failed) {
                end.completeExceptionally(failed);
            }
        });
        caller.start();
        await().until(() -> end.isDone() || caller.getState() == Thread.State.TIMED_WAITING);
        assertThat(held).isEmpty();
        first.run();
        while (!end.isDone()) {
            Runnable more = held.poll(10, TimeUnit.MILLISECONDS);
            if (more != null) {
                more.run();
            }
        }
        end.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatWaitsTooLongWasNeverSent() throws Exception {
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.WAIT, 1, 5))) {
            Keyspace shop = client.keyspace("shop");
            shop.putAsync("1", VALUE);
            Runnable first = next();
            assertThatThrownBy(() ->
                            shop.write(Write.put("2", VALUE), WriteOptions.DEFAULT.withDeadline(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(TimedOutException.class, error -> {
                        assertThat(error.writeId()).isEmpty();
                        assertThat(error.retryable()).isTrue();
                    });
            first.run();
            shop.putAsync("3", VALUE);
            next().run();
            assertThat(cluster.node("a").requests())
                    .extracting(Request::getPut)
                    .extracting(put -> put.getKey().toStringUtf8())
                    .containsExactly("1", "3");
        }
    }

    /** A write that stays under way keeps the numbers of later ones back, 65,535 writes on; what needs no number goes on. */
    @Test
    void whereWritesWaitForANumberReadsDoNot() throws Exception {
        cluster.node("a").handler = (request, reply) -> {
            if (request.getPut().getKey().toStringUtf8().equals("slow")) {
                held.add(() -> reply.accept(cluster.execute(request)));
            } else {
                reply.accept(cluster.execute(request));
            }
        };
        try (HoldfastClient client = cluster.client(options(ClientOptions.WhenFull.WAIT, 16_384, 65_536))) {
            Keyspace shop = client.keyspace("shop");
            shop.putAsync("slow", VALUE);
            Runnable slow = next();
            CompletableFuture.allOf(putAll(shop, 65_535)).get(50, TimeUnit.SECONDS);
            cluster.node("a").batches.clear();

            CompletableFuture<?>[] waiting = putAll(shop, 3);
            assertThat(shop.get(Key.of("0"), ReadOptions.DEFAULT.withDeadline(Duration.ofSeconds(5))))
                    .isPresent();
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            slow.run();
            CompletableFuture.allOf(waiting).get(30, TimeUnit.SECONDS);
            assertThat(cluster.node("a").requests())
                    .filteredOn(Request::hasPut)
                    .extracting(request -> request.getPut().getKey().toStringUtf8())
                    .containsSubsequence("0", "1", "2");
        }
    }

    private static CompletableFuture<?>[] putAll(Keyspace shop, int keys) {
        return IntStream.range(0, keys)
                .mapToObj(key -> shop.putAsync("" + key, VALUE).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
    }
}
