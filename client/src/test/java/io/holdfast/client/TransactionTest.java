package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Response;
import io.holdfast.v1.ValidateResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransactionTest {
    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        cluster.keyspaces.put("bank", FakeCluster.keyspace("bank", FakeCluster.PARTITIONS));
        client = cluster.client(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(5)));
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

    private String value(String key) {
        return shop.get(key).map(Versioned::text).orElse("none");
    }

    @Test
    void writesTakeEffectTogetherAndAreSeenByTheTransactionBefore() {
        shop.put("a", bytes("1"));
        String seen = shop.transact(tx -> {
            tx.put("a", bytes("2"));
            tx.put("b", bytes("3"));
            tx.on("bank").put("c", bytes("4"));
            tx.delete("a");
            assertThat(tx.get("a")).isEmpty();
            assertThat(value("b")).as("before the commit").isEqualTo("none");
            return new String(tx.get("b").orElseThrow(), UTF_8);
        });

        assertThat(seen).isEqualTo("3");
        assertThat(value("a")).isEqualTo("none");
        assertThat(value("b")).isEqualTo("3");
        assertThat(cluster.transactions.commits).isEqualTo(1);
    }

    @Test
    void aConflictRunsTheBodyAgain() {
        shop.put("n", bytes("1"));
        var runs = new AtomicInteger();
        long sum = shop.transact(tx -> {
            long next = tx.increment(Key.of("n"), 10);
            if (runs.incrementAndGet() == 1) {
                shop.put("n", bytes("2"));
            }
            return next;
        });
        assertThat(sum).isEqualTo(12);
        assertThat(runs).hasValue(2);
        assertThat(value("n")).isEqualTo("12");
        assertThat(cluster.transactions.contended)
                .as("the second attempt says that the first one met a conflict")
                .isEqualTo(1);
    }

    @Test
    void aCheckedExceptionOfTheBodyIsTheCause() {
        IOException mine = new IOException("mine");
        assertThatThrownBy(() -> shop.transact(tx -> {
                    tx.put("a", bytes("1"));
                    throw mine;
                }))
                .isInstanceOf(CompletionException.class)
                .hasCause(mine);
        assertThat(value("a")).isEqualTo("none");
    }

    @Test
    void conflictsEndWithTheAttemptsAndHadNoEffect() {
        var runs = new AtomicInteger();
        assertThatThrownBy(() -> shop.transact(TransactionOptions.DEFAULT.withMaxAttempts(3), tx -> {
                    tx.increment(Key.of("n"), 1);
                    shop.put("n", bytes("" + runs.incrementAndGet()));
                    return 0;
                }))
                .isInstanceOf(TransactionConflictException.class)
                .hasMessageContaining("3 attempts");
        assertThat(value("n")).isEqualTo("3");
    }

    @Test
    void manyOnOneKeyAllFinish() {
        var all = new ArrayList<CompletableFuture<Long>>();
        for (int i = 0; i < 64; i++) {
            all.add(shop.transactAsync(TransactionOptions.DEFAULT, tx -> tx.incrementAsync(Key.of("hot"), 1))
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
        assertThat(value("hot")).isEqualTo("64");
    }

    @Test
    void anExceptionOfTheBodyEndsTheTransactionWithoutEffect() {
        assertThatThrownBy(() -> shop.transact(tx -> {
                    tx.put("a", bytes("1"));
                    throw new IllegalStateException("mine");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(value("a")).isEqualTo("none");
    }

    /** The second read shows a state in which the first one is no more. */
    @Test
    void aBodyNeverSeesTwoStatesMixed() {
        shop.put("x", bytes("1"));
        shop.put("y", bytes("1"));
        var seen = new ArrayList<String>();
        shop.transact(tx -> {
            String x = new String(tx.get("x").orElseThrow(), UTF_8);
            if (x.equals("1")) {
                shop.put("x", bytes("2"));
                shop.put("y", bytes("2"));
            }
            seen.add(x + new String(tx.get("y").orElseThrow(), UTF_8));
            return 0;
        });
        assertThat(seen).containsExactly("22");
        assertThat(cluster.transactions.validations).isPositive();
    }

    @Test
    void aTransactionOfReadsIsValidatedWhereThePartitionsAreSeveral() {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            keys.add(Key.of("k" + i));
            shop.put("k" + i, bytes("" + i));
        }
        assertThat(shop.transact(tx -> tx.getAll(keys)).keySet()).containsExactlyInAnyOrderElementsOf(keys);
        long partitions = keys.stream()
                .mapToInt(key -> Partitioner.partition(key.toByteString(), FakeCluster.PARTITIONS))
                .distinct()
                .count();
        assertThat(partitions).isGreaterThan(1);
        assertThat(cluster.transactions.validations).isEqualTo((int) partitions);
        assertThat(cluster.transactions.commits).isZero();
        refuseValidations();
        assertThatThrownBy(() -> shop.transact(TransactionOptions.DEFAULT.withMaxAttempts(2), tx -> tx.getAll(keys)))
                .isInstanceOf(TransactionConflictException.class);
    }

    /** Each partition answers for its own moment, and between the read and that a key may have come and gone: its version is 0 both times. */
    @Test
    void thatAKeyIsAbsentIsValidatedAsARangeInWhichItsComingAndGoingIsSeen() {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            keys.add(Key.of("k" + i));
        }
        shop.put("k0", bytes("0"));
        shop.transact(tx -> tx.getAll(keys));

        List<ReadWriteSet> sets = cluster.transactions.validated;
        assertThat(sets.stream().flatMap(set -> set.getReadsList().stream()))
                .extracting(read -> read.getKey().toStringUtf8())
                .containsExactly("k0");
        assertThat(sets.stream().flatMap(set -> set.getRangesList().stream()))
                .hasSize(9)
                .allSatisfy(range -> {
                    assertThat(range.getTo()).isEqualTo(range.getFrom().concat(ByteString.copyFrom(new byte[1])));
                    assertThat(range.getAsOf()).isEqualTo(cluster.version());
                });
    }

    private void refuseValidations() {
        cluster.nodes.values().forEach(node -> {
            FakeNode.Handler usual = node.handler;
            node.handler = (request, reply) -> {
                if (request.hasValidate()) {
                    reply.accept(Response.newBuilder()
                            .setValidate(ValidateResult.getDefaultInstance())
                            .build());
                } else {
                    usual.handle(request, reply);
                }
            };
        });
    }

    @Test
    void putIfJudgesWhatTheTransactionSees() {
        shop.transact(tx -> {
            assertThat(tx.putIf(Key.of("a"), bytes("1"), Condition.IF_PRESENT)).isFalse();
            assertThat(tx.putIf(Key.of("a"), bytes("1"), Condition.IF_ABSENT)).isTrue();
            assertThat(tx.putIf(Key.of("a"), bytes("2"), Condition.IF_ABSENT)).isFalse();
            return 0;
        });
        long version = shop.get("a").orElseThrow().version();
        shop.transact(tx -> {
            assertThat(tx.putIf(Key.of("a"), bytes("2"), Condition.ifVersion(version + 1)))
                    .isFalse();
            assertThat(tx.putIf(Key.of("a"), bytes("3"), Condition.ifVersion(version)))
                    .isTrue();
            return 0;
        });
        assertThat(value("a")).isEqualTo("3");
    }

    @Test
    void incrementTakesWholeNumbersOnly() {
        shop.put("word", bytes("ten"));
        shop.put("full", bytes("" + Long.MAX_VALUE));
        for (String key : List.of("word", "full")) {
            assertThatThrownBy(() -> shop.transact(tx -> tx.increment(Key.of(key), 1)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(key);
        }
    }

    @Test
    void limitsAreToldAtTheCallThatGoesBeyond() {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        for (int i = 0; i < Limits.MAX_TRANSACTION_ITEMS; i++) {
            tx.put("k" + i, bytes("v"));
        }
        assertThatThrownBy(() -> tx.put("more", bytes("v")))
                .isInstanceOfSatisfying(InvalidRequestException.class, it -> assertThat(it.reason())
                        .isEqualTo(Reason.TRANSACTION_TOO_LARGE));
        Transaction large = shop.begin(TransactionOptions.DEFAULT);
        for (int i = 0; i < 7; i++) {
            large.put("k" + i, new byte[1 << 20]);
        }
        assertThatThrownBy(() -> large.put("k8", new byte[1 << 20])).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aCommitIsRepeatedWithTheSameIdAndAppliesOnce() {
        var ids = new ArrayList<Long>();
        FakeNode a = cluster.node("a");
        FakeNode.Handler usual = a.handler;
        a.handler = (request, reply) -> {
            if (request.hasCommit() && ids.isEmpty()) {
                ids.add(request.getCommit().getTransaction().getSequence());
                cluster.execute(request);
                a.breakStreams();
            } else {
                usual.handle(request, reply);
            }
        };
        shop.transact(tx -> tx.increment(Key.of("n"), 1));
        assertThat(value("n")).isEqualTo("1");
        assertThat(cluster.transactions.commits).isEqualTo(1);
    }

    @Test
    void whoHasNoOutcomeAtTheDeadlineCanAskForIt() {
        for (boolean committed : new boolean[] {true, false}) {
            cluster.nodes
                    .values()
                    .forEach(node -> node.handler = (request, reply) -> {
                        if (!request.hasCommit()) {
                            reply.accept(cluster.execute(request));
                        } else if (committed) {
                            cluster.execute(request);
                        }
                    });
            Transaction tx = shop.begin(TransactionOptions.DEFAULT.withDeadline(Duration.ofMillis(500)));
            tx.put("a", bytes("" + committed));
            assertThatThrownBy(tx::commit).isInstanceOfSatisfying(TransactionInDoubtException.class, doubt -> {
                assertThat(doubt.reason()).isEqualTo(Reason.TIMED_OUT);
                TransactionId id = TransactionId.parse(doubt.transactionId().toString());
                assertThat(doubt).hasMessageContaining(id.toString());
                TransactionOutcome outcome = client.outcome(id);
                assertThat(outcome)
                        .isInstanceOf(
                                committed ? TransactionOutcome.Committed.class : TransactionOutcome.NotCommitted.class);
            });
        }
    }

    @Test
    void aLockedKeyIsAskedForAgain() {
        shop.put("a", bytes("1"));
        var refused = new AtomicInteger();
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> reply.accept(
                        refused.incrementAndGet() <= 3
                                ? FakeCluster.error(io.holdfast.v1.Reason.LOCKED)
                                : cluster.execute(request)));
        assertThat(value("a")).isEqualTo("1");
        assertThat(refused).hasValueGreaterThan(3);
    }

    @Test
    void afterItsEndOrAFailedReadATransactionIsOfNoUse() {
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.put("a", bytes("1"));
        tx.abort();
        assertThatThrownBy(tx::commit).isInstanceOf(IllegalStateException.class);
        assertThat(value("a")).isEqualTo("none");

        Transaction broken = client.keyspace("unknown").begin(TransactionOptions.DEFAULT);
        assertThatThrownBy(() -> broken.get("a")).isInstanceOf(HoldfastException.class);
        assertThatThrownBy(() -> broken.put("a", bytes("1"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theAsynchronousFormCommitsWithoutABlockedThread() throws Exception {
        shop.put("a", bytes("5"));
        long sum = shop.transactAsync(TransactionOptions.DEFAULT, tx -> tx.incrementAsync(Key.of("a"), 1)
                        .thenCompose(first -> tx.incrementAsync(Key.of("b"), first)))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        assertThat(sum).isEqualTo(6);
        assertThat(value("b")).isEqualTo("6");
    }

    /** A body that waits for a stage itself gets its conflict wrapped. */
    @Test
    void aConflictOfAStageRunsTheBodyAgain() {
        shop.put("x", bytes("0"));
        shop.put("y", bytes("0"));
        var runs = new AtomicInteger();
        String seen = shop.transact(tx -> {
            String x = new String(tx.get("x").orElseThrow(), UTF_8);
            int run = runs.incrementAndGet();
            if (run < 3) {
                shop.put("x", bytes("" + run));
                shop.put("y", bytes("" + run));
            }
            var y = tx.getAsync(Key.of("y")).toCompletableFuture();
            return x + new String((run == 1 ? y.join() : y.get()).orElseThrow(), UTF_8);
        });
        assertThat(seen).isEqualTo("22");
        assertThat(runs).hasValue(3);
    }
}
