package io.holdfast.server.lease;

import static io.holdfast.server.lease.TestLeases.acquire;
import static io.holdfast.server.lease.TestLeases.lease;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.cells.SharedCells;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes of a lease of which no answer came. */
class UnansweredLeaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private enum Fate {
        LOST,
        DONE_UNHEARD,
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

    private void twoGetsItWhileOneLives() {
        SiteLease second = lease(two);
        await().atMost(PATIENCE).until(() -> acquire(second));
        assertThat(one.current()).as("its session was not given up").isPresent();
    }

    /** The first attempt was done and not heard of, the second was lost; then the user goes. */
    @Test
    void theFirstOfTwoAttemptsWithoutAnswerIsFreed() {
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && two.current().isPresent());
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
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && two.current().isPresent());
        SiteLease lease = lease(one);
        fates.add(Fate.LOST);
        fates.add(Fate.LATE_BEFORE_THIS);
        assertThat(acquire(lease)).isFalse();
        assertThat(acquire(lease)).isFalse();
        assertThat(lease.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }

    /** An attempt was lost, its user went, and the next life in this process has the lease: nobody may free that one's. */
    @Test
    void aSecondLookForALostAttemptDoesNotFreeTheLeaseOfTheNextLife() {
        await().atMost(PATIENCE)
                .until(() -> one.current().isPresent() && two.current().isPresent());
        SiteLease before = lease(one);
        fates.add(Fate.LOST);
        assertThat(acquire(before)).isFalse();
        assertThat(before.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        SiteLease now = lease(one);
        assertThat(acquire(now)).isTrue();
        SiteLease other = lease(two);
        // The second look comes when the store must have answered: after half a second.
        await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> !acquire(other) && !other.checkLease());
        assertThat(now.checkLease()).isTrue();
        assertThat(now.release().toCompletableFuture()).succeedsWithin(5, TimeUnit.SECONDS);
        twoGetsItWhileOneLives();
    }
}
