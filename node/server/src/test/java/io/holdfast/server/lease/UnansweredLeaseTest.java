package io.holdfast.server.lease;

import static io.holdfast.server.lease.TestLeases.acquire;
import static io.holdfast.server.lease.TestLeases.lease;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.cells.SharedCells;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes of a lease of which no answer came. */
class UnansweredLeaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private enum Fate {
        LOST,
        DONE_UNHEARD,
        /** As Cassandra does it when another node's look at the cell has completed the change. */
        DONE_BUT_REFUSED,
        LATE_BEFORE_THIS
    }

    private final MemoryCells cells = new MemoryCells();
    private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
    private Runnable late = () -> {};

    /** Says what becomes of the next changes of leases. */
    private final SharedCells scripted = new SharedCells() {
        @Override
        public CompletionStage<Optional<Cell>> read(String name) {
            return cells.read(name);
        }

        @Override
        public CompletionStage<Optional<Cell>> glance(String name) {
            return cells.glance(name);
        }

        @Override
        public CompletionStage<Boolean> set(String name, long version, byte[] value) {
            Fate fate = name.startsWith("lease/") ? fates.poll() : null;
            if (fate == Fate.LOST) {
                late = () -> cells.set(name, version, value);
                return CompletableFuture.failedFuture(new TimeoutException("lost"));
            } else if (fate == Fate.DONE_UNHEARD) {
                cells.set(name, version, value);
                return CompletableFuture.failedFuture(new TimeoutException("unheard"));
            } else if (fate == Fate.DONE_BUT_REFUSED) {
                return cells.set(name, version, value).thenApply(done -> false);
            } else if (fate == Fate.LATE_BEFORE_THIS) {
                late.run();
            }
            return cells.set(name, version, value);
        }
    };

    private final NodeSession one =
            NodeSession.start(scripted, "one:1", TestLeases.TIMES, System::nanoTime, UUID::randomUUID, Set.of());
    private final NodeSession two =
            NodeSession.start(cells.link(), "two:1", TestLeases.TIMES, System::nanoTime, UUID::randomUUID, Set.of());

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void bothHaveSessions() {
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && two.current().isPresent());
    }

    private void twoGetsItWhileOneLives() {
        SiteLease second = lease(two);
        await().atMost(PATIENCE).until(() -> acquire(second));
        assertThat(one.current()).as("its session was not given up").isPresent();
    }

    /** The first attempt was done and not heard of, the second was lost; then the user goes. */
    @Test
    void theFirstOfTwoAttemptsWithoutAnswerIsFreed() {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.add(Fate.DONE_UNHEARD);
        fates.add(Fate.LOST);
        assertThat(acquire(lease)).isFalse();
        assertThat(acquire(lease)).isFalse();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }

    /** The first attempt arrives between the second's look and its change, which is refused; then the user goes. */
    @Test
    void anAttemptThatComesLateBeforeTheNextOneIsFreed() {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.add(Fate.LOST);
        fates.add(Fate.LATE_BEFORE_THIS);
        assertThat(acquire(lease)).isFalse();
        assertThat(acquire(lease)).isFalse();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }

    /** The store may keep it for as long as it likes; when nobody looks any more it must find nothing that it expects. */
    @Test
    void anAttemptThatComesLongAfterItsUserHasGoneTakesNothing() {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.add(Fate.LOST);
        assertThat(acquire(lease)).isFalse();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        passes(TestLeases.TIMES.operationTimeout().multipliedBy(3));

        late.run();

        twoGetsItWhileOneLives();
    }

    @Test
    void anAttemptThatWasDoneAndIsCalledRefusedIsFreed() {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.add(Fate.DONE_BUT_REFUSED);
        assertThat(acquire(lease)).isFalse();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }

    private static void passes(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - until >= 0);
    }

    /** Whatever becomes of three attempts, and whenever those that were lost arrive. */
    @ParameterizedTest
    @MethodSource("threeFates")
    void nothingOfUnansweredAttemptsIsLeft(List<Fate> threeFates, boolean lateBeforeRelease) {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.addAll(threeFates);
        threeFates.forEach(fate -> acquire(lease));
        Runnable lost = late;
        if (lateBeforeRelease) {
            lost.run();
        }
        fates.clear();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        lost.run();
        SiteLease next = lease(one);
        await().atMost(PATIENCE).until(() -> acquire(next));
        lost.run();
        assertThat(next.leave(new byte[] {1}).toCompletableFuture())
                .as("nobody has taken it away")
                .succeedsWithin(5, TimeUnit.SECONDS)
                .isEqualTo(true);
        assertThat(next.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        lost.run();
        twoGetsItWhileOneLives();
    }

    private static Stream<Arguments> threeFates() {
        return Stream.of(Fate.values())
                .flatMap(first -> Stream.of(Fate.values())
                        .flatMap(second -> Stream.of(Fate.values()).map(third -> List.of(first, second, third))))
                .flatMap(all -> Stream.of(Arguments.of(all, false), Arguments.of(all, true)));
    }

    /** As {@link #anAttemptThatComesLongAfterItsUserHasGoneTakesNothing}, where it is known only later that the store has heard of the end. */
    @Test
    void theNameStaysInUseUntilTheCellIsKnownToBeClear() {
        bothHaveSessions();
        SiteLease lease = lease(one);
        fates.add(Fate.LOST);
        fates.add(Fate.LOST);
        assertThat(acquire(lease)).isFalse();
        Runnable attempt = late;
        assertThat(lease.release().toCompletableFuture()).failsWithin(5, TimeUnit.SECONDS);
        Runnable end = late;
        SiteLease next = lease(one);
        await().atMost(PATIENCE).until(() -> acquire(next));
        attempt.run();
        end.run();
        assertThat(next.leave(new byte[] {1}).toCompletableFuture())
                .succeedsWithin(5, TimeUnit.SECONDS)
                .isEqualTo(true);
        assertThat(next.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }

    /** An attempt was lost, its user went, and the next life in this process has the lease: nobody may free that one's. */
    @Test
    void whatLooksForALostAttemptDoesNotFreeTheLeaseOfTheNextLife() {
        bothHaveSessions();
        SiteLease before = lease(one);
        fates.add(Fate.LOST);
        assertThat(acquire(before)).isFalse();
        assertThat(before.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        SiteLease now = lease(one);
        assertThat(acquire(now)).isTrue();
        SiteLease other = lease(two);
        // What is repeated after a pause, or after the store must have answered, comes meanwhile.
        await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> !acquire(other) && !other.checkLease());
        assertThat(now.checkLease()).isTrue();
        assertThat(now.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }
}
