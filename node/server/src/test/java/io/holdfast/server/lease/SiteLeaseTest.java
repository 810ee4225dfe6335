package io.holdfast.server.lease;

import static io.holdfast.server.lease.TestLeases.acquire;
import static io.holdfast.server.lease.TestLeases.lease;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.cells.SharedCells;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes, one store. */
class SiteLeaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MemoryCells cells = new MemoryCells();
    private final MemoryCells.Link toOne = cells.link();
    private final List<NodeSession> sessions = new ArrayList<>();
    private final NodeSession one = session("one:1", toOne);
    private final NodeSession two = session("two:1", cells.link());

    private NodeSession session(String node, SharedCells store, String... neighbours) {
        NodeSession session = NodeSession.start(
                store, node, TestLeases.TIMES, System::nanoTime, UUID::randomUUID, Set.of(neighbours));
        sessions.add(session);
        return session;
    }

    @AfterEach
    void close() {
        sessions.forEach(NodeSession::close);
    }

    private static SiteLease awaitAcquired(NodeSession node) {
        SiteLease lease = lease(node);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> acquire(lease));
        return lease;
    }

    private SiteLease leaseOfOneInSession() {
        await().atMost(PATIENCE).until(() -> one.current().isPresent());
        return lease(one);
    }

    private void assertThatTwoGetsItWhileOneLives() {
        assertThat(awaitAcquired(two).epoch()).isEqualTo(2);
        assertThat(one.current()).as("its session was not given up").isPresent();
    }

    private static boolean leave(SiteLease lease, String note) {
        return lease.leave(note.getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .join();
    }

    private static String note(SiteLease lease) {
        return new String(lease.note(), StandardCharsets.UTF_8);
    }

    @Test
    void oneHasItUntilItIsReleasedAndTheNextFindsItsNote() {
        SiteLease first = awaitAcquired(one);
        assertThat(first.checkLease()).isTrue();
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(leave(first, "all is well")).isTrue();
        assertThat(acquire(lease(two))).isFalse();
        assertThat(first.release().toCompletableFuture().join()).isTrue();
        assertThat(first.checkLease()).isFalse();
        SiteLease second = lease(two);
        assertThat(acquire(second)).isTrue();
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(note(second)).isEqualTo("all is well");
    }

    @Test
    void inOneProcessAsWellOnlyOneLifeHasIt() {
        SiteLease first = awaitAcquired(one);
        assertThat(acquire(lease(one))).isFalse();
        first.release().toCompletableFuture().join();
        assertThat(awaitAcquired(one).epoch()).isEqualTo(2);
    }

    @Test
    void whoCannotReachTheStoreStopsToCountOnItBeforeAnotherHasIt() {
        SiteLease first = awaitAcquired(one);
        toOne.cut(true);
        SiteLease second = lease(two);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            boolean taken = acquire(second);
            assertThat(taken && first.checkLease()).isFalse();
            return taken;
        });
        assertThat(second.epoch()).isEqualTo(2);
        toOne.cut(false);
        // It comes to know that its session was ended, and begins another; the old lease stays lost.
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && one.current().get().holds(one.now()));
        assertThat(first.checkLease()).isFalse();
        assertThat(first.leave(new byte[] {1}).toCompletableFuture().join()).isFalse();
        assertThat(second.checkLease()).isTrue();
    }

    @Test
    void whoAskedForItIsToldOfALoss() {
        SiteLease lease = lease(one);
        var lost = new CompletableFuture<Optional<Throwable>>();
        await().atMost(PATIENCE)
                .until(() -> lease.acquire(lost::complete).toCompletableFuture().join());
        toOne.cut(true);
        assertThat(lost).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(lease.checkLease()).isFalse();
    }

    @Test
    void anOutageOfTheStoreEndsNothing() {
        SiteLease first = awaitAcquired(one);
        cells.down(true);
        await().atMost(PATIENCE).until(() -> !first.checkLease());
        cells.down(false);
        await().atMost(PATIENCE).until(first::checkLease);
        assertThat(leave(first, "still mine")).isTrue();
        assertThat(acquire(lease(two))).isFalse();
    }

    @Test
    void answersThatAreLostAreNoChangesThatAreLost() {
        SiteLease first = awaitAcquired(one);
        cells.mute(true);
        assertThat(first.leave("lost answer".getBytes(StandardCharsets.UTF_8)).toCompletableFuture())
                .failsWithin(5, TimeUnit.SECONDS);
        // Renewed by reading what became of it, through more than one duration of the session.
        long until =
                System.nanoTime() + TestLeases.TIMES.lasting().multipliedBy(2).toNanos();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(first.checkLease()).isTrue();
            return System.nanoTime() - until >= 0;
        });
        cells.mute(false);
        assertThat(leave(first, "known")).isTrue();
        assertThat(first.release().toCompletableFuture().join()).isTrue();
        assertThat(note(awaitAcquired(two))).isEqualTo("known");
    }

    /** Else it would be nobody's for as long as this node lives. */
    @Test
    void whatIsReleasedWhileItIsAcquiredIsFreed() {
        var whenRead = new AtomicReference<Runnable>(() -> {});
        NodeSession busy = session("busy:1", new InterruptedCells(cells.link(), whenRead));
        await().atMost(PATIENCE).until(() -> busy.current().isPresent());
        SiteLease lease = lease(busy);
        var freed = new AtomicReference<CompletionStage<Boolean>>(new CompletableFuture<>());
        whenRead.set(() -> freed.set(lease.release()));

        acquire(lease);

        assertThat(freed.get().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        assertThat(lease.checkLease()).isFalse();
        assertThat(awaitAcquired(two).epoch()).isEqualTo(2);
        assertThat(busy.current()).as("its session was not given up").isPresent();
    }

    /** Something happens, once, while a lease is read. */
    private record InterruptedCells(SharedCells cells, AtomicReference<Runnable> whenRead) implements SharedCells {
        @Override
        public CompletionStage<Optional<Cell>> read(String name) {
            if (name.startsWith("lease/")) {
                whenRead.getAndSet(() -> {}).run();
            }
            return cells.read(name);
        }

        @Override
        public CompletionStage<Optional<Cell>> glance(String name) {
            return cells.glance(name);
        }

        @Override
        public CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value) {
            return cells.set(name, expectedVersion, value);
        }
    }

    @Test
    void whatCouldNotBeFreedIsFreedLater() {
        SiteLease first = awaitAcquired(one);
        toOne.cut(true);
        assertThat(first.release().toCompletableFuture()).failsWithin(5, TimeUnit.SECONDS);
        toOne.cut(false);
        SiteLease second = awaitAcquired(two);
        assertThat(second.epoch()).isEqualTo(2);
        // Not because the session was given up.
        assertThat(one.current()).isPresent();
    }

    @Test
    void whatIsTakenWhileItsUserGoesIsFreed() {
        SiteLease first = leaseOfOneInSession();
        toOne.hold(true);
        var taken = first.acquire().toCompletableFuture();
        var released = first.release().toCompletableFuture();
        assertThat(released).isNotDone();
        toOne.hold(false);
        assertThat(taken).succeedsWithin(5, TimeUnit.SECONDS);
        assertThat(released).succeedsWithin(5, TimeUnit.SECONDS);
        assertThat(first.checkLease()).isFalse();

        assertThatTwoGetsItWhileOneLives();
    }

    @Test
    void whatWasTakenWithoutAnAnswerIsFreed() {
        SiteLease first = leaseOfOneInSession();
        cells.mute(true);
        assertThat(first.acquire().toCompletableFuture()).failsWithin(5, TimeUnit.SECONDS);
        cells.mute(false);
        first.release();

        assertThatTwoGetsItWhileOneLives();
    }

    @Test
    void whatComesToTheStoreAfterItsUserHasGoneIsFreed() {
        SiteLease first = leaseOfOneInSession();
        toOne.hold(true);
        assertThat(first.acquire().toCompletableFuture()).failsWithin(5, TimeUnit.SECONDS);
        assertThat(first.release().toCompletableFuture())
                .as("the store has heard of nothing yet")
                .failsWithin(5, TimeUnit.SECONDS);
        toOne.hold(false);

        awaitAcquired(two);
        assertThat(one.current()).as("its session was not given up").isPresent();
    }

    @Test
    void whoSaysGoodbyeIsNotWaitedFor() {
        SiteLease first = awaitAcquired(one);
        one.end().toCompletableFuture().join();
        assertThat(first.checkLease()).isFalse();
        SiteLease second = lease(two);
        assertThat(acquire(second)).isTrue();
    }

    /** Its replicas are back sooner for it: most of the silence has passed when the cluster gives the node up. */
    @Test
    void theSilenceOfANeighbourIsWatchedBeforeAnybodyWantsWhatItHas() {
        NodeSession neighbour = session("three:1", cells.link(), "one:1");
        awaitAcquired(one);
        await().atMost(PATIENCE).until(() -> neighbour.current().isPresent());
        one.close();
        long until =
                System.nanoTime() + TestLeases.TIMES.lasting().multipliedBy(2).toNanos();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - until >= 0);

        assertThat(acquire(lease(two))).as("nobody here has looked at it yet").isFalse();
        assertThat(acquire(lease(neighbour))).isTrue();
    }

    /** Of attempts that end the same session at the same time one succeeds: it has to answer them all, or the others would be away for longer. */
    @Test
    void allReplicasOfADeadNodeGetTheirLeasesAtTheFirstAttempt() {
        NodeSession neighbour = session("three:1", cells.link(), "one:1");
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && neighbour.current().isPresent());
        List<Integer> partitions = List.of(0, 1, 2, 3);
        assertThat(partitions).allMatch(it -> acquire(lease(one, it)));
        one.close();
        long until =
                System.nanoTime() + TestLeases.TIMES.lasting().multipliedBy(2).toNanos();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - until >= 0);
        var allHaveAsked = new CountDownLatch(1);
        neighbour.after(Duration.ZERO, () -> awaitLatch(allHaveAsked));

        List<CompletableFuture<Boolean>> attempts = partitions.stream()
                .map(it -> lease(neighbour, it).acquire().toCompletableFuture())
                .toList();
        allHaveAsked.countDown();

        assertThat(attempts).allMatch(CompletableFuture::join);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aNodeThatStartsAgainWaitsForItsOwnLastSession() {
        SiteLease first = awaitAcquired(one);
        one.close();
        NodeSession again = session("one:1", cells.link());
        SiteLease second = awaitAcquired(again);
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(first.checkLease()).isFalse();
    }
}
