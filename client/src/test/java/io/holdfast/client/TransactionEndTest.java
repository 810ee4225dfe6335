package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.v1.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application learns when a transaction ends otherwise than it wished. */
@Timeout(60)
class TransactionEndTest {
    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;
    private Keyspace late;

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        cluster.keyspaces.put("late", FakeCluster.keyspace("late", FakeCluster.PARTITIONS));
        cluster.untold.add("late");
        client = cluster.client(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(20)));
        shop = client.keyspace("shop");
        late = client.keyspace("late");
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Shows every request to the watcher before it is carried out; those that it keeps have no answer. */
    private void watch(Consumer<Request> watcher, boolean keepCommits) {
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> {
                    watcher.accept(request);
                    var answer = cluster.execute(request);
                    if (!keepCommits || !request.hasCommit()) {
                        reply.accept(answer);
                    }
                });
    }

    private List<Request> sent() {
        return cluster.nodes.values().stream()
                .flatMap(node -> node.requests().stream())
                .toList();
    }

    private static boolean plainGet(Request request) {
        return request.hasGet() && !request.getGet().getDated();
    }

    @Test
    void anInterruptedCommitThatWasSentCanBeAskedAbout() {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        arrived.thenRun(waiting::interrupt);
        watch(
                request -> {
                    if (request.hasCommit()) {
                        cluster.execute(request);
                        arrived.complete(null);
                    }
                },
                true);
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        assertThatThrownBy(tx::commit).isInstanceOfSatisfying(TransactionInDoubtException.class, doubt -> {
            assertThat(Thread.interrupted()).isTrue();
            assertThat(doubt.reason()).isEqualTo(Reason.INTERRUPTED);
            assertThat(doubt.retryable()).isFalse();
            assertThat(client.outcome(doubt.transactionId())).isInstanceOf(TransactionOutcome.Committed.class);
        });
    }

    @Test
    void aCommitAnsweredInAWayThatThisClientDoesNotKnowIsInDoubt() {
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> {
                    var answer = cluster.execute(request);
                    reply.accept(
                            request.hasCommit()
                                    ? answer.toBuilder()
                                            .setCommit(answer.getCommit().toBuilder()
                                                    .setStateValue(99))
                                            .build()
                                    : answer);
                });
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        assertThatThrownBy(tx::commit).isInstanceOfSatisfying(TransactionInDoubtException.class, doubt -> assertThat(
                        client.outcome(doubt.transactionId()))
                .isInstanceOf(TransactionOutcome.Committed.class));
    }

    @Test
    void aCommitWhoseOutcomeIsForgottenIsNotToBeAskedAbout() {
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> reply.accept(
                        request.hasCommit()
                                ? FakeCluster.error(io.holdfast.v1.Reason.OUTCOME_FORGOTTEN)
                                : cluster.execute(request)));
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        assertThatThrownBy(tx::commit)
                .isInstanceOf(TransactionInDoubtException.class)
                .hasMessageContaining("nobody knows any more")
                .hasMessageNotContaining("ask for");
    }

    @Test
    void aBodyMayCommitItself() {
        String result = shop.transact(tx -> {
            tx.put("k", bytes("v"));
            tx.commit();
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(shop.transactAsync(TransactionOptions.DEFAULT, tx -> {
                            tx.put("l", bytes("v"));
                            return tx.commitAsync();
                        })
                        .toCompletableFuture()
                        .join()
                        .timestamp())
                .isPositive();
        assertThat(cluster.transactions.commits).isEqualTo(2);
    }

    @Test
    void whatABodyDoesWithAValueThatItReadsAgainDoesNotChangeWhatItPut() {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        tx.get("k").orElseThrow()[0] = 'w';
        tx.scan("k", 10).get(0).value()[0] = 'x';
        tx.commit();
        assertThat(shop.get("k").orElseThrow().value()).isEqualTo(bytes("v"));
    }

    @Test
    void aCommitThatIsInterruptedBeforeItIsSentNeverIsSent() {
        CompletableFuture<Void> waitsForRoutes = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        waitsForRoutes.thenRun(waiting::interrupt);
        watch(
                request -> {
                    if (plainGet(request)) {
                        waitsForRoutes.complete(null);
                    }
                },
                false);
        Transaction tx = late.begin(TransactionOptions.DEFAULT);
        tx.put("k", bytes("v"));
        assertThatThrownBy(tx::commit).isInstanceOfSatisfying(HoldfastException.class, error -> {
            assertThat(Thread.interrupted()).isTrue();
            assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
            assertThat(error.writeId()).as("nothing was sent").isEmpty();
        });
        cluster.untold.clear();
        await().during(Duration.ofMillis(100))
                .until(() -> sent().stream().noneMatch(Request::hasCommit)
                        && late.get("k").isEmpty());
    }

    @Test
    void nothingIsSentAfterTheDeadline() {
        long begun = System.nanoTime();
        Transaction tx = shop.begin(TransactionOptions.DEFAULT.withDeadline(Duration.ofMillis(1)));
        tx.put("k", bytes("v"));
        await().until(() -> System.nanoTime() - begun > 2_000_000L);
        assertThatThrownBy(tx::commit)
                .isInstanceOfSatisfying(TimedOutException.class, late -> assertThat(late.writeId())
                        .isEmpty())
                .hasMessageContaining("not sent");
        assertThat(sent()).noneMatch(Request::hasCommit);
    }

    @Test
    void aConflictAtTheDeadlineIsToldAsOne() {
        AtomicInteger runs = new AtomicInteger();
        TransactionOptions how = TransactionOptions.DEFAULT.withDeadline(Duration.ofMillis(20));
        assertThatThrownBy(() -> shop.transact(how, tx -> {
                    long begun = System.nanoTime();
                    runs.incrementAndGet();
                    await().until(() -> System.nanoTime() - begun > 20_000_000L);
                    throw new TransactionConflictException("Met one.");
                }))
                .isInstanceOf(TransactionConflictException.class)
                .hasMessageContaining("1 attempts")
                .hasMessageContaining("Met one.");
        assertThat(runs).hasValue(1);
    }

    /** The second read shows a later state, and whom to ask about the first one is not known yet. */
    @Test
    void readsAreValidatedOnceThePartitionsAreKnown() {
        shop.put("x", bytes("1"));
        watch(
                request -> {
                    if (plainGet(request)) {
                        cluster.untold.clear();
                    }
                },
                false);
        Transaction tx = late.begin(TransactionOptions.DEFAULT);
        assertThat(tx.get("x")).isPresent();
        shop.put("y", bytes("2"));
        assertThat(tx.get("y")).isPresent();
        assertThat(cluster.transactions.validations).isPositive();
    }

    @Test
    void whatDoesNotFitIsNotTaken() {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        for (int partition = 0; partition < 7; partition++) {
            tx.put(keyIn(partition), new byte[1 << 20]);
        }
        assertThatThrownBy(() -> tx.put("more", new byte[1 << 20])).isInstanceOf(InvalidRequestException.class);
        tx.commit();
        assertThat(shop.get(keyIn(6), ReadOptions.LINEARIZABLE)).isPresent();
        assertThat(shop.get("more")).isEmpty();
    }

    private static Key keyIn(int partition) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> Key.of("k" + i))
                .filter(key -> Partitioner.partition(key.toByteString(), FakeCluster.PARTITIONS) == partition)
                .findFirst()
                .orElseThrow();
    }

    /** Each partition of a keyspace counts by itself; the keys that were read there count, too. */
    @Test
    void whatOnePartitionDoesNotTakeIsRefusedBeforeItIsSent() {
        List<Request> commits = new CopyOnWriteArrayList<>();
        watch(request -> Stream.of(request).filter(Request::hasCommit).forEach(commits::add), false);
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        int spare = Limits.MAX_TRANSACTION_PARTITION_BYTES - (1 << 20);
        tx.put("{one}a", new byte[1 << 20]);
        tx.put("{one}b", new byte[spare - 2 * 6]);
        tx.commit();
        assertThat(commits).hasSize(1);

        Transaction more = shop.begin(TransactionOptions.DEFAULT);
        assertThat(more.get("{one}c")).isEmpty();
        more.put("{one}a", new byte[1 << 20]);
        more.put("{one}b", new byte[spare - 3 * 6 + 1]);
        assertThatThrownBy(more::commit)
                .isInstanceOfSatisfying(InvalidRequestException.class, it -> assertThat(it.reason())
                        .isEqualTo(Reason.TRANSACTION_TOO_LARGE))
                .hasMessageContaining("partition shop/"
                        + Partitioner.partition(Key.of("{one}a").toByteString(), FakeCluster.PARTITIONS));
        assertThat(commits).hasSize(1);
    }

    @Test
    void aKeyThatIsWrittenAgainCountsOnce() {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        for (int i = 0; i < Limits.MAX_TRANSACTION_ITEMS + 1; i++) {
            tx.put("k", new byte[1 << 20]);
        }
        tx.commit();
        assertThat(shop.get("k")).isPresent();
    }

    @Test
    void tooManyReadsAreRefusedBeforeAnyIsSent() {
        List<Key> keys = IntStream.rangeClosed(0, Limits.MAX_TRANSACTION_ITEMS)
                .mapToObj(i -> Key.of("k" + i))
                .toList();
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        assertThatThrownBy(() -> tx.getAll(keys))
                .isInstanceOfSatisfying(InvalidRequestException.class, it -> assertThat(it.reason())
                        .isEqualTo(Reason.TRANSACTION_TOO_LARGE));
        assertThat(sent()).noneMatch(Request::hasGet);
        assertThat(tx.getAll(keys.subList(1, keys.size()))).isEmpty();
    }

    /** Else a body that goes on after it, and counts again, would count twice. */
    @Test
    void aReadWhoseWaitIsInterruptedBreaksTheTransaction() {
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> {
                    if (request.hasGet() && request.getGet().getDated()) {
                        interrupted.thenRun(() -> reply.accept(cluster.execute(request)));
                        waiting.interrupt();
                    } else {
                        reply.accept(cluster.execute(request));
                    }
                });
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        assertThatThrownBy(() -> tx.increment(Key.of("n"), 1))
                .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                        .isEqualTo(Reason.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
        interrupted.complete(null);
        assertThatThrownBy(() -> tx.increment(Key.of("n"), 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(tx::commit).isInstanceOf(IllegalStateException.class);
        assertThat(shop.get("n")).isEmpty();
    }
}
