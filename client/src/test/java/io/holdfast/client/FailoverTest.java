package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.holdfast.v1.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FailoverTest {
    private static final byte[] VALUE = "v".getBytes(UTF_8);

    private FakeCluster cluster;
    private FakeNode a;
    private FakeNode b;
    private HoldfastClient client;
    private Keyspace shop;

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        a = cluster.node("a");
        b = cluster.node("b");
        client = cluster.client(ClientOptions.DEFAULT);
        shop = client.keyspace("shop");
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    private static List<io.holdfast.v1.WriteId> ids(FakeNode node) {
        return node.requests().stream()
                .filter(Request::hasPut)
                .map(request -> request.getPut().getWriteId())
                .toList();
    }

    private FakeNode.Handler refusesThrice(
            java.util.concurrent.atomic.AtomicInteger asked, io.holdfast.v1.Response refusal) {
        return (request, reply) -> reply.accept(asked.incrementAndGet() < 4 ? refusal : cluster.execute(request));
    }

    @Test
    void aBrokenStreamLeadsToTheSameIdAtAnotherNodeAndToOneEffect() {
        a.handler = (request, reply) -> {
            cluster.execute(request);
            a.breakStreams();
        };
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(cluster.applied).isEqualTo(1);
        assertThat(ids(b)).containsExactlyElementsOf(ids(a)).hasSize(1);
    }

    @Test
    void aNodeThatComesBackIsUsedAgain() {
        a.breakStreams();
        await().until(() -> !a.sessions.isEmpty());
        await().until(() -> {
            shop.put("k", VALUE);
            return !ids(a).isEmpty();
        });
    }

    @Test
    void aDeadNodeIsLeftAlone() {
        a.close();
        for (int i = 0; i < 100; i++) {
            assertThat(shop.put("k" + i, VALUE).applied()).isTrue();
        }
        assertThat(cluster.applied).isEqualTo(100);
    }

    @Test
    void hintsAreFollowed() {
        a.handler = (request, reply) -> reply.accept(
                cluster.execute(request).toBuilder().setLeaderSite("b").build());
        b.handler = a.handler;
        shop.put("k", VALUE);
        shop.put("k", VALUE);
        shop.put("k", VALUE);
        assertThat(ids(a)).hasSize(1);
        assertThat(ids(b)).hasSize(2);
    }

    @Test
    void aRefusalWithAHintIsRetriedThereWithTheSameId() {
        a.handler =
                (request, reply) -> reply.accept(FakeCluster.error(io.holdfast.v1.Reason.LEADERSHIP_LOST).toBuilder()
                        .setLeaderSite("b")
                        .build());
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(ids(b)).containsExactlyElementsOf(ids(a)).hasSize(1);
    }

    @Test
    void everyRefusalForNowIsRetried() {
        var refusals = new java.util.ArrayDeque<>(List.of(
                io.holdfast.v1.Reason.NO_LEADER,
                io.holdfast.v1.Reason.LEADERSHIP_LOST,
                io.holdfast.v1.Reason.OVERLOADED,
                io.holdfast.v1.Reason.STORAGE_FAILED,
                io.holdfast.v1.Reason.SHUTTING_DOWN,
                io.holdfast.v1.Reason.NOT_READY,
                io.holdfast.v1.Reason.TIMED_OUT));
        FakeNode.Handler refusing = (request, reply) -> {
            synchronized (refusals) {
                reply.accept(refusals.isEmpty() ? cluster.execute(request) : FakeCluster.error(refusals.remove()));
            }
        };
        a.handler = refusing;
        b.handler = refusing;
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(ids(a).size() + ids(b).size()).isEqualTo(8);
        assertThat(java.util.stream.Stream.concat(ids(a).stream(), ids(b).stream()))
                .extracting(io.holdfast.v1.WriteId::getSequence)
                .containsOnly(1L);
    }

    @Test
    void aRefusalForEverIsNot() {
        a.handler = (request, reply) -> reply.accept(FakeCluster.error(io.holdfast.v1.Reason.INVALID_VALUE));
        assertThatThrownBy(() -> shop.put("k", VALUE)).isInstanceOf(InvalidRequestException.class);
        assertThat(ids(a)).hasSize(1);
        assertThat(ids(b)).isEmpty();
    }

    @Test
    void aSilentNodeIsLeftForAnotherAndShunnedUntilItAnswers() {
        a.mute = true;
        a.handler = (request, reply) -> {};
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(ids(b)).containsExactlyElementsOf(ids(a));
        shop.put("k", VALUE);
        assertThat(ids(a)).hasSize(1);
        a.mute = false;
        a.handler = (request, reply) -> reply.accept(cluster.execute(request));
        await().until(() -> {
            shop.put("k", VALUE);
            return ids(a).size() > 1;
        });
    }

    @Test
    void aLateAnswerOfTheFirstAttemptCounts() throws Exception {
        CompletableFuture<Runnable> first = new CompletableFuture<>();
        a.mute = true;
        a.handler = (request, reply) -> first.complete(() -> reply.accept(cluster.execute(request)));
        CompletableFuture<Void> second = new CompletableFuture<>();
        b.handler = (request, reply) -> second.complete(null);
        CompletableFuture<WriteResult> write = shop.putAsync("k", VALUE).toCompletableFuture();
        second.get(30, TimeUnit.SECONDS);
        first.get().run();
        assertThat(write.get(30, TimeUnit.SECONDS).applied()).isTrue();
    }

    @Test
    void aTimeOutTellsTheWriteAndTheOutcomeCanBeAsked() {
        FakeNode.Handler silent = (request, reply) -> {};
        a.handler = silent;
        b.handler = silent;
        WriteOptions shortly = WriteOptions.DEFAULT.withDeadline(Duration.ofMillis(100));
        TimedOutException lost =
                catchThrowableOfType(TimedOutException.class, () -> shop.write(Write.put("k", VALUE), shortly));
        WriteId id = lost.writeId().orElseThrow();
        assertThat(id.client()).isEqualTo(client.clientId());
        assertThat(lost.retryable()).isFalse();
        assertThat(lost).hasMessageContaining("may have been applied");

        FakeNode.Handler applyOnly = (request, reply) -> cluster.execute(request);
        a.handler = applyOnly;
        b.handler = applyOnly;
        TimedOutException other =
                catchThrowableOfType(TimedOutException.class, () -> shop.write(Write.put("k", VALUE), shortly));

        FakeNode.Handler honest = (request, reply) -> reply.accept(cluster.execute(request));
        a.handler = honest;
        b.handler = honest;
        shop.put("x", VALUE);
        assertThat(doneBelow()).as("the two lost ones are still open").isEqualTo(1);
        assertThat(shop.outcome(id)).isEqualTo(new Outcome.NotApplied());
        assertThat(shop.outcome(other.writeId().orElseThrow()))
                .isInstanceOfSatisfying(
                        Outcome.Finished.class,
                        finished -> assertThat(finished.result().applied()).isTrue());
        shop.put("x", VALUE);
        assertThat(doneBelow()).isEqualTo(4);
    }

    private long doneBelow() {
        return java.util.stream.Stream.concat(ids(a).stream(), ids(b).stream())
                .mapToLong(io.holdfast.v1.WriteId::getDoneBelow)
                .max()
                .orElseThrow();
    }

    @Test
    void anInterruptEndsTheWaitWithTheWriteId() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        a.handler = (request, reply) -> arrived.complete(null);
        CompletableFuture<HoldfastException> thrown = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                shop.put("k", VALUE);
            } catch (HoldfastException error) {
                thrown.complete(Thread.currentThread().isInterrupted() ? error : null);
            }
        });
        caller.start();
        arrived.get(30, TimeUnit.SECONDS);
        caller.interrupt();
        HoldfastException error = thrown.get(30, TimeUnit.SECONDS);
        assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(error.writeId()).isPresent();
    }

    @Test
    void closingEndsEverythingWithAnError() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        a.handler = (request, reply) -> arrived.complete(null);
        CompletableFuture<WriteResult> write = shop.putAsync("k", VALUE).toCompletableFuture();
        var read = shop.getAsync("k").toCompletableFuture();
        arrived.get(30, TimeUnit.SECONDS);
        client.close();
        client.close();
        assertThat(write).isCompletedExceptionally();
        assertThat(read).isCompletedExceptionally();
        assertThatThrownBy(write::join)
                .hasCauseInstanceOf(HoldfastException.class)
                .cause()
                .satisfies(error -> {
                    HoldfastException ended = (HoldfastException) error;
                    assertThat(ended.reason()).isEqualTo(Reason.CLIENT_CLOSED);
                    assertThat(ended.writeId()).isPresent();
                });
        assertThatThrownBy(() -> shop.get("k"))
                .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                        .isEqualTo(Reason.CLIENT_CLOSED));
    }

    @Test
    void whenALeaderShowsAllWhoWaitForOneGoToIt() throws Exception {
        java.util.concurrent.atomic.AtomicBoolean elected = new java.util.concurrent.atomic.AtomicBoolean();
        FakeNode.Handler electing = (request, reply) -> reply.accept(
                elected.get()
                        ? cluster.execute(request).toBuilder()
                                .setLeaderSite("b")
                                .build()
                        : FakeCluster.error(io.holdfast.v1.Reason.NO_LEADER));
        a.handler = electing;
        b.handler = electing;
        List<CompletableFuture<WriteResult>> writes = java.util.stream.IntStream.range(0, 200)
                .mapToObj(i -> shop.putAsync("{one}" + i, VALUE).toCompletableFuture())
                .toList();
        await().until(() -> ids(a).size() + ids(b).size() > 1000);
        elected.set(true);
        for (CompletableFuture<WriteResult> write : writes) {
            assertThat(write.get(30, TimeUnit.SECONDS).applied()).isTrue();
        }
        assertThat(cluster.applied).isEqualTo(200);
    }

    @Test
    void aNewKeyspaceIsUsableAtNodesThatHaveNotHeardOfIt() {
        java.util.concurrent.atomic.AtomicInteger deaf = new java.util.concurrent.atomic.AtomicInteger(5);
        FakeNode.Handler behind = (request, reply) -> reply.accept(
                deaf.getAndDecrement() > 0
                        ? FakeCluster.error(io.holdfast.v1.Reason.UNKNOWN_KEYSPACE)
                        : cluster.execute(request));
        a.handler = behind;
        b.handler = behind;
        client.admin().createKeyspace("fresh", KeyspaceSettings.DEFAULT.withPartitions(2));
        assertThat(client.keyspace("fresh").put("k", VALUE).applied()).isTrue();
    }

    @Test
    void aCreationWhoseAnswerWasLostIsFoundAgainAlsoAtNodesThatHaveNotHeardOfIt() {
        cluster.lostCreations.set(1);
        cluster.listsBehind.set(3);
        assertThat(client.admin()
                        .createKeyspace("fresh", KeyspaceSettings.DEFAULT.withPartitions(2))
                        .partitions())
                .isEqualTo(2);
    }

    @Test
    void aKeyspaceThatWasThereIsNotTakenForOneThatARefusedAttemptHasMade() {
        cluster.refusedCreations.set(1);
        KeyspaceSettings asItIs = KeyspaceSettings.DEFAULT.withPartitions(FakeCluster.PARTITIONS);
        assertThatThrownBy(() -> client.admin().createKeyspace("shop", asItIs))
                .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.reason())
                        .isEqualTo(Reason.KEYSPACE_EXISTS));
    }

    @Test
    void aCreationThatMayHaveBeenDoneIsNotCalledRepeatable() {
        cluster.lostCreations.set(Integer.MAX_VALUE);
        try (HoldfastClient hasty = cluster.client(ClientOptions.DEFAULT.withDeadline(Duration.ofMillis(300)))) {
            assertThatThrownBy(() -> hasty.admin().createKeyspace("fresh", KeyspaceSettings.DEFAULT))
                    .isInstanceOfSatisfying(TimedOutException.class, error -> {
                        assertThat(error.retryable()).isFalse();
                        assertThat(error).hasMessageContaining("may have been done");
                    });
            cluster.refusedCreations.set(Integer.MAX_VALUE);
            assertThatThrownBy(() -> hasty.admin().createKeyspace("other", KeyspaceSettings.DEFAULT))
                    .isInstanceOfSatisfying(TimedOutException.class, error -> assertThat(error.retryable())
                            .as("a node that starts has done nothing")
                            .isTrue());
        }
    }

    @Test
    void aWriteThatNeverWillBeAppliedEndsAtOnceAndForSure() {
        var never = io.holdfast.v1.Response.newBuilder()
                .setError(io.holdfast.v1.Error.newBuilder()
                        .setReason(io.holdfast.v1.Reason.TIMED_OUT)
                        .setMessage("It came too late.")
                        .setNotApplied(true))
                .build();
        var asked = new java.util.concurrent.atomic.AtomicInteger();
        FakeNode.Handler handler = (request, reply) -> reply.accept(
                asked.incrementAndGet() == 1 ? FakeCluster.error(io.holdfast.v1.Reason.LEADERSHIP_LOST) : never);
        a.handler = handler;
        b.handler = handler;
        assertThatThrownBy(() -> shop.put("k", VALUE)).isInstanceOfSatisfying(TimedOutException.class, error -> {
            assertThat(error.writeId()).as("nothing is open").isEmpty();
            assertThat(error.retryable()).isTrue();
            assertThat(error)
                    .hasMessageContaining("It came too late.")
                    .hasMessageNotContaining("may have been applied");
        });
        assertThat(asked).hasValue(2);
    }

    @Test
    void staleReadsDoNotNeedTheLeader() {
        cluster.leader("nowhere");
        shop.put("k", VALUE);
        assertThat(shop.get(Key.of("k"), ReadOptions.maxStaleness(Duration.ofSeconds(5))))
                .isPresent();
    }

    @Test
    void aNodeThatHasNoRoomItselfIsLeftForAnother() {
        a.handler = (request, reply) -> reply.accept(FakeCluster.error(io.holdfast.v1.Reason.OVERLOADED));
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(ids(b)).containsExactlyElementsOf(ids(a)).hasSize(1);
    }

    @Test
    void aPartitionThatHasNoRoomIsAskedAtItsLeaderAgain() {
        var refusals = new java.util.concurrent.atomic.AtomicInteger();
        a.handler = refusesThrice(
                refusals,
                FakeCluster.error(io.holdfast.v1.Reason.OVERLOADED).toBuilder()
                        .setLeaderSite("a")
                        .build());
        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(ids(b)).isEmpty();
    }

    @Test
    void aFullStoreIsToldAtOnceIfNothingCanHaveHappened() {
        FakeNode.Handler full = (request, reply) -> reply.accept(FakeCluster.error(io.holdfast.v1.Reason.STORE_FULL));
        a.handler = full;
        b.handler = full;

        var failure = catchThrowableOfType(HoldfastException.class, () -> shop.put("k", VALUE));

        assertThat(failure.reason()).isEqualTo(Reason.STORE_FULL);
        assertThat(failure.writeId()).as("certainly not applied").isEmpty();
        assertThat(ids(a).size() + ids(b).size()).isEqualTo(1);
    }

    @Test
    void aFullStoreIsAskedAgainIfAnAttemptBeforeMayHaveFoundRoom() {
        a.handler = (request, reply) -> {
            cluster.execute(request);
            a.breakStreams();
        };
        var refusals = new java.util.concurrent.atomic.AtomicInteger();
        b.handler = refusesThrice(refusals, FakeCluster.error(io.holdfast.v1.Reason.STORE_FULL));

        assertThat(shop.put("k", VALUE).applied()).isTrue();
        assertThat(cluster.applied).isEqualTo(1);
        assertThat(refusals.get()).isEqualTo(4);
    }

    @Test
    void underAnyFaultsEveryWriteIsAppliedOnceAndHasAnOutcome() throws Exception {
        java.util.Random random = new java.util.Random(11);
        for (FakeNode node : List.of(a, b)) {
            node.handler = (request, reply) -> {
                int dice;
                synchronized (random) {
                    dice = random.nextInt(1000);
                }
                if (dice < 10) {
                    cluster.execute(request);
                    node.breakStreams();
                } else if (dice < 30) {
                    cluster.execute(request); // And the answer is lost.
                } else if (dice < 60) {
                    reply.accept(FakeCluster.error(io.holdfast.v1.Reason.OVERLOADED));
                } else {
                    reply.accept(cluster.execute(request).toBuilder()
                            .setLeaderSite(dice % 2 == 0 ? "a" : "b")
                            .build());
                }
            };
        }
        List<CompletableFuture<WriteResult>> writes = java.util.stream.IntStream.range(0, 3000)
                .mapToObj(i -> shop.writeAsync(
                                Write.put("k" + i, VALUE).when(Condition.IF_ABSENT),
                                WriteOptions.DEFAULT.withDeadline(Duration.ofSeconds(50)))
                        .toCompletableFuture())
                .toList();
        for (CompletableFuture<WriteResult> write : writes) {
            assertThat(write.get(55, TimeUnit.SECONDS).applied()).isTrue();
        }
        assertThat(cluster.applied).isEqualTo(3000);
    }

    @Test
    void aWriteOfWhichTheClusterHasForgottenTheOutcomeIsNamed() {
        FakeNode.Handler forgetful =
                (request, reply) -> reply.accept(FakeCluster.error(io.holdfast.v1.Reason.OUTCOME_FORGOTTEN));
        a.handler = forgetful;
        b.handler = forgetful;

        var failure = catchThrowableOfType(HoldfastException.class, () -> shop.put("k", VALUE));

        assertThat(failure.reason()).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(failure.writeId()).as("perhaps applied").isPresent();
        assertThat(failure).hasMessageContaining("read the key");
        assertThat(failure.retryable()).isFalse();
    }

    @Test
    void onlyATransferToANamedSiteIsRepeatedWithoutAnAnswer() {
        cluster.lostTransfers.set(1);
        assertThat(client.admin().transferLeader("shop", 1, Optional.of("b"))).isEqualTo("b");

        cluster.lostTransfers.set(1);
        assertThatThrownBy(() -> client.admin().transferLeader("shop", 1, Optional.empty()))
                .isInstanceOfSatisfying(HoldfastException.class, error -> assertThat(error.retryable())
                        .isFalse())
                .hasMessageContaining("status");
        assertThat(cluster.leaders).as("moved once").containsEntry(1, "a");
        assertThat(client.admin().transferLeader("shop", 1, Optional.empty())).isEqualTo("b");
        cluster.refusedTransfers.set(1);
        assertThat(client.admin().transferLeader("shop", 1, Optional.empty()))
                .as("a node that stops has done nothing")
                .isEqualTo("a");
    }
}
