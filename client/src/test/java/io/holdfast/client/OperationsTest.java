package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.v1.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OperationsTest {
    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;

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

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Runs it as a dependent of a read that is answered only when the dependent is there, so never by this thread. */
    private void onNetworkThread(Runnable task) throws Exception {
        CompletableFuture<Void> added = new CompletableFuture<>();
        FakeNode a = cluster.node("a");
        FakeNode.Handler usual = a.handler;
        a.handler = (request, reply) -> {
            added.join();
            a.handler = usual;
            reply.accept(cluster.execute(request));
        };
        CompletableFuture<Void> done =
                shop.getAsync("x").thenAccept(ignored -> task.run()).toCompletableFuture();
        added.complete(null);
        done.get(30, TimeUnit.SECONDS);
    }

    /** The reads without an answer and those that are refused mix in the order of their timers, in which the close ends them. */
    @Test
    void aCallbackOfACloseMayCloseAgain() {
        AtomicInteger refused = new AtomicInteger();
        FakeNode.Handler holdsOrRefuses = (request, reply) -> {
            if (request.getGet().getKey().toStringUtf8().startsWith("refused")) {
                refused.incrementAndGet();
                reply.accept(FakeCluster.error(io.holdfast.v1.Reason.OVERLOADED));
            }
        };
        cluster.nodes.values().forEach(node -> node.handler = holdsOrRefuses);
        List<CompletableFuture<Void>> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            told.add(closingRead("refused" + i));
        }
        Awaitility.await().until(() -> {
            told.add(closingRead("held"));
            return refused.get() >= 40;
        });
        client.close();
        assertThat(told).allSatisfy(read -> assertThat(read.get(30, TimeUnit.SECONDS))
                .as("told once")
                .isNull());
    }

    private CompletableFuture<Void> closingRead(String key) {
        return shop.getAsync(key)
                .handle((answer, error) -> {
                    assertThat(HoldfastException.of(error).reason()).isEqualTo(Reason.CLIENT_CLOSED);
                    client.close();
                    return (Void) null;
                })
                .toCompletableFuture();
    }

    @Test
    void readsWhatWasWritten() {
        assertThat(shop.get("k")).isEmpty();
        WriteResult put = shop.put("k", bytes("v"));
        assertThat(put.applied()).isTrue();
        assertThat(shop.get("k")).contains(new Versioned(bytes("v"), put.version()));
        assertThat(shop.put("empty", new byte[0]).applied()).isTrue();
        assertThat(shop.get("empty").orElseThrow().value()).isEmpty();
        assertThat(shop.delete("k").applied()).isTrue();
        assertThat(shop.get("k")).isEmpty();
    }

    @Test
    void conditionsDecide() {
        assertThat(shop.putIfPresent("k", bytes("0")).applied()).isFalse();
        long version = shop.putIfAbsent("k", bytes("1")).version();
        assertThat(shop.putIfAbsent("k", bytes("2"))).isEqualTo(new WriteResult(false, version));
        assertThat(shop.putIfVersion("k", bytes("3"), version + 7).applied()).isFalse();
        assertThat(shop.putIfVersion("k", bytes("4"), version).applied()).isTrue();
        assertThat(shop.deleteIfVersion("k", version).applied()).isFalse();
        assertThat(shop.putIfPresent("k", bytes("5")).applied()).isTrue();
        assertThat(shop.get("k").orElseThrow().text()).isEqualTo("5");
    }

    @Test
    void optionsReachTheWire() {
        shop.write(
                Write.put("k", bytes("v")),
                WriteOptions.DEFAULT.withConcern(WriteConcern.ALL).withDeadline(Duration.ofSeconds(3)));
        shop.get(Key.of("k"), ReadOptions.maxStaleness(Duration.ofMillis(1500)));
        List<Request> sent = cluster.node("a").requests();
        assertThat(sent.get(0).getPut().getWriteConcern()).isEqualTo(io.holdfast.v1.WriteConcern.ALL);
        assertThat(sent.get(0).getTimeoutMillis()).isBetween(1, 3000);
        List<Request> all = new ArrayList<>(sent);
        all.addAll(cluster.node("b").requests());
        assertThat(all).filteredOn(Request::hasGet).singleElement().satisfies(request -> assertThat(
                        request.getGet().getMaxStalenessMillis())
                .isEqualTo(1500));
    }

    @Test
    void aBatchHasAnOutcomeForEachKey() {
        shop.put("b", bytes("0"));
        List<KeyOutcome> outcomes = shop.batch(
                List.of(
                        Write.put("a", bytes("1")),
                        Write.put("b", bytes("1")).when(Condition.IF_ABSENT),
                        Write.delete("c")),
                WriteOptions.DEFAULT);
        assertThat(outcomes).extracting(KeyOutcome::key).containsExactly(Key.of("a"), Key.of("b"), Key.of("c"));
        assertThat(outcomes)
                .extracting(outcome -> outcome.result().orElseThrow().applied())
                .containsExactly(true, false, true);
    }

    @Test
    void whatWaitsGoesOutInBoundedBatches() throws Exception {
        cluster.leader("a");
        CompletableFuture<?>[] all = new CompletableFuture<?>[600];
        // Submitted on the client's own thread, so that none is sent before the last is there.
        onNetworkThread(() -> {
            cluster.node("a").batches.clear();
            for (int i = 0; i < all.length; i++) {
                all[i] = shop.putAsync("k" + i, bytes("v")).toCompletableFuture();
            }
        });
        CompletableFuture.allOf(all).get(30, TimeUnit.SECONDS);
        assertThat(cluster.node("a").batches)
                .extracting(batch -> batch.getRequestsCount())
                .containsExactly(256, 256, 88);
    }

    @Test
    void batchesAreBoundedInBytesToo() throws Exception {
        byte[] big = new byte[200_000];
        CompletableFuture<?>[] all = new CompletableFuture<?>[5];
        onNetworkThread(() -> {
            cluster.node("a").batches.clear();
            for (int i = 0; i < all.length; i++) {
                all[i] =
                        shop.putAsync("k" + i, i == 4 ? new byte[1 << 20] : big).toCompletableFuture();
            }
        });
        CompletableFuture.allOf(all).get(30, TimeUnit.SECONDS);
        assertThat(cluster.node("a").batches)
                .extracting(batch -> batch.getRequestsCount())
                .containsExactly(2, 2, 1);
    }

    @Test
    void doneBelowFollowsTheOutcomesAndNeverOvertakesThem() throws Exception {
        List<CompletableFuture<WriteResult>> all = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            all.add(shop.putAsync("k" + i % 37, bytes("v")).toCompletableFuture());
        }
        for (CompletableFuture<WriteResult> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
        shop.put("last", bytes("v"));
        long before = 0;
        for (Request request : cluster.node("a").requests()) {
            var id = request.getPut().getWriteId();
            assertThat(id.getClient()).isEqualTo(client.clientId());
            assertThat(id.getDoneBelow()).isBetween(Math.max(1, before), id.getSequence());
            before = id.getDoneBelow();
        }
        assertThat(before).as("all before the last are done").isEqualTo(5001);
    }

    @Test
    void blockingOnTheNetworkThreadIsRefused() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        onNetworkThread(() -> {
            try {
                shop.get("k");
                thrown.complete(null);
            } catch (RuntimeException refused) {
                thrown.complete(refused);
            }
        });
        assertThat(thrown.get(30, TimeUnit.SECONDS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("network thread");
    }

    @Test
    void administration() {
        KeyspaceInfo made = client.admin()
                .createKeyspace(
                        "logs", KeyspaceSettings.DEFAULT.withPartitions(8).withTolerates(1));
        assertThat(made.partitions()).isEqualTo(8);
        assertThat(client.admin().listKeyspaces())
                .extracting(KeyspaceInfo::name)
                .contains("logs", "shop");
        assertThatThrownBy(() -> client.admin().createKeyspace("logs", KeyspaceSettings.DEFAULT))
                .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                        .isEqualTo(Reason.KEYSPACE_EXISTS))
                .hasMessageContaining("There is one.");
        assertThat(client.admin().transferLeader("shop", 1, Optional.of("b"))).isEqualTo("b");
        assertThat(client.admin().routes().getKeyspacesList())
                .anySatisfy(routes -> assertThat(routes.getLeaders(1)).isEqualTo("b"));
        assertThat(client.admin().status("b").getLocalSite()).isEqualTo("b");
    }

    @Test
    void anUnknownKeyspaceIsNamed() {
        assertThatThrownBy(() -> client.keyspace("nowhere").put("k", bytes("v")))
                .isInstanceOfSatisfying(HoldfastException.class, error -> {
                    assertThat(error.reason()).isEqualTo(Reason.UNKNOWN_KEYSPACE);
                    assertThat(error.writeId()).isEmpty();
                })
                .hasMessageContaining("nowhere");
    }

    @Test
    void noClusterIsToldByEndpoint() {
        int port = Integer.parseInt(cluster.node("b").endpoint().split(":")[1]);
        client.close();
        cluster.close();
        try (HoldfastClient lonely = HoldfastClient.connect("127.0.0.1:" + port)) {
            assertThatThrownBy(() -> lonely.awaitReady(Duration.ofMillis(600)))
                    .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                            .isEqualTo(Reason.UNREACHABLE))
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> lonely.keyspace("shop")
                            .write(
                                    Write.put("k", bytes("v")),
                                    WriteOptions.DEFAULT.withDeadline(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(TimedOutException.class, error -> assertThat(error.writeId())
                            .as("nothing was sent")
                            .isEmpty())
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void whatIsRefusedOnTheNetworkThreadHasDoneNothing() throws Exception {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        TransactionId id = new TransactionId("shop", new WriteId(Key.of("k"), client.clientId(), 1));
        List<Runnable> calls = List.of(
                tx::commit,
                () -> tx.increment(Key.of("n"), 1),
                () -> tx.putIf(Key.of("n"), bytes("v"), Condition.ALWAYS),
                () -> client.outcome(id),
                () -> client.admin().createKeyspace("logs", KeyspaceSettings.DEFAULT),
                () -> client.admin().transferLeader("shop", 1, Optional.of("b")));
        onNetworkThread(() -> calls.forEach(call -> assertThatThrownBy(call::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("network thread")));
        assertThat(client.admin().listKeyspaces())
                .extracting(KeyspaceInfo::name)
                .doesNotContain("logs");
        assertThat(cluster.leaders).containsEntry(1, "a");
        assertThat(shop.get("k")).isEmpty();
        tx.commit();
        assertThat(shop.get("k")).isPresent();
        assertThat(shop.get("n")).isEmpty();
        assertThat(cluster.node("a").requests()).noneMatch(Request::hasOutcome);
    }

    @Test
    void closingFromACallbackOfATimerEndsWhatIsDueAtTheSameTime() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CompletableFuture<CompletableFuture<?>> other = new CompletableFuture<>();
        onNetworkThread(() -> {
            cluster.nodes.values().forEach(node -> node.handler = (request, reply) -> {});
            // As long as an attempt has before the next.
            shop.getAsync(Key.of("k"), ReadOptions.DEFAULT.withDeadline(Duration.ofMillis(400)))
                    .whenComplete((found, late) -> {
                        client.close();
                        closed.complete(null);
                    });
            other.complete(shop.getAsync("k").toCompletableFuture());
        });
        closed.get(30, TimeUnit.SECONDS);
        assertThat(other.join())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withMessageContaining("client was closed");
    }
}
