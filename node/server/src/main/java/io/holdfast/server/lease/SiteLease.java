package io.holdfast.server.lease;

import io.holdfast.persistence.cells.SharedCells.Cell;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;

/**
 * A Pekko lease at this node's site, kept by the node's {@link NodeSession}. One object is one life of its user: it is acquired once and
 * released once. Thread-safe, but its user waits for one operation before it asks for the next.
 *
 * <p>{@link #checkLease} must be asked before each deed that nobody else may do at the same time. It answers from this node's own clock, and
 * answers false in time by itself, also when the store cannot be reached. Beyond Pekko's interface a lease has an {@link #epoch}, which no two
 * holders have had the same, and a note that its holders leave for the next ones.
 */
public final class SiteLease extends Lease {
    /** Changes of a lease that the holder may make are refused only when one of its own came late: a few times at most. */
    private static final int ATTEMPTS = 4;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Nothing that was asked of the store is without an answer. */
    private static final long NONE = -1;

    private final LeaseSettings settings;
    private final NodeSession node;
    private final String name;
    private volatile Optional<Held> held = Optional.empty();
    private final AtomicBoolean released = new AtomicBoolean();
    /** One operation at a time: how the last one ends. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(true);

    // For the operation whose turn it is.

    /** The name is this life's in this process: from its first attempt until the cell is known to hold nothing of it, now and later. */
    private boolean owns;

    /** Of the last attempt. An earlier session of this node is over, and so is what it took, or may take yet. */
    private Optional<NodeSession.Session> session = Optional.empty();

    /** The highest version that an attempt expects which has not been done as far as is known: it may take the lease at any time, until the cell has a higher one. */
    private long doubt = NONE;

    private record Held(NodeSession.Session session, long version, LeaseRecord record) {}

    SiteLease(LeaseSettings settings, NodeSession node, String name) {
        this.settings = settings;
        this.node = node;
        this.name = name;
    }

    @Override
    public LeaseSettings getSettings() {
        return settings;
    }

    /**
     * One attempt, to be repeated after a while. False: somebody else has it, this node has no session at the moment, or it is still in use in this
     * process. A failed stage: the store did not answer in time; then as well it may be tried again.
     */
    @Override
    public CompletionStage<Boolean> acquire() {
        return inTurn(this::attempt);
    }

    private <T> CompletionStage<T> inTurn(Supplier<CompletionStage<T>> operation) {
        var ended = new CompletableFuture<T>();
        follow(ended)
                .handle((done, failure) -> true)
                .thenCompose(turn -> operation.get())
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        ended.complete(done);
                    } else {
                        ended.completeExceptionally(failure);
                    }
                });
        return ended;
    }

    private synchronized CompletableFuture<?> follow(CompletableFuture<?> next) {
        CompletableFuture<?> before = last;
        last = next;
        return before;
    }

    private CompletionStage<Boolean> attempt() {
        Optional<NodeSession.Session> now = node.current();
        if (released.get() || held.isPresent() || now.isEmpty() || !own()) {
            return CompletableFuture.completedFuture(false);
        }
        session = now;
        // A store that throws instead of answering is none that did not answer.
        return CompletableFuture.completedFuture(now.get())
                .thenCompose(own -> node.read(cell()).thenCompose(found -> take(own, found)))
                .whenComplete((taken, failure) -> {
                    if (held.isEmpty() && doubt == NONE) {
                        disown();
                    }
                });
    }

    private boolean own() {
        owns = owns || node.use(name);
        return owns;
    }

    private void disown() {
        owns = false;
        node.unused(name);
    }

    /**
     * As {@link #acquire()}; the callback is called once if the lease is lost before it is released. It may come late: who must not act without the lease
     * asks {@link #checkLease}.
     */
    @Override
    public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLost) {
        return acquire().thenApply(taken -> {
            if (taken) {
                tellWhenLost(leaseLost);
            }
            return taken;
        });
    }

    private void tellWhenLost(Consumer<Optional<Throwable>> leaseLost) {
        node.after(node.times().renewInterval(), () -> {
            if (checkLease()) {
                tellWhenLost(leaseLost);
            } else if (!released.get()) {
                leaseLost.accept(Optional.empty());
            }
        });
    }

    private CompletionStage<Boolean> take(NodeSession.Session session, Optional<Cell> found) {
        LeaseRecord before = found.map(cell -> LeaseRecord.decode(cell.value())).orElseGet(LeaseRecord::never);
        Optional<Holder> other = before.holder().filter(it -> !it.equals(session.holder()));
        CompletionStage<Boolean> free =
                other.isPresent() ? node.isOver(other.get()) : CompletableFuture.completedFuture(true);
        long version = found.map(Cell::version).orElse(0L);
        var wanted = new Held(session, version + 1, before.taken(session.holder()));
        return free.thenCompose(isFree -> isFree ? take(wanted) : CompletableFuture.completedFuture(false));
    }

    private CompletionStage<Boolean> take(Held wanted) {
        doubt = wanted.version() - 1;
        return node.set(cell(), doubt, wanted.record().encode()).thenApply(done -> {
            // Done, the cell has a version that no earlier attempt expects, and holds what this one took. Refused, it
            // may hold
            // what an earlier one took, or this very one: a change that another node's look at the cell has completed
            // is
            // refused to who had asked for it.
            if (done) {
                held = Optional.of(wanted);
                doubt = NONE;
            }
            return done;
        });
    }

    private String cell() {
        return "lease/" + name;
    }

    /**
     * Frees the lease. Its user must have stopped for good: as soon as the store has heard of it, others may acquire it, of this process as well. False: it
     * was not held any more. Failed: it is tried again as long as the node's session lives. Until the cell is known to be clear the name stays in use in this
     * process: else it would not be known whose is what a late attempt takes, and a lease that nobody frees is nobody's for as long as this node lives.
     */
    @Override
    public CompletionStage<Boolean> release() {
        // Before its turn comes: the lease is not counted on any more, and nothing begins behind this.
        boolean first = released.compareAndSet(false, true);
        return inTurn(() -> first && owns
                ? clearUntilKnown(node.times().retryInterval())
                : CompletableFuture.completedFuture(true));
    }

    /** Answers what the first attempt came to. */
    private CompletionStage<Boolean> clearUntilKnown(Duration pause) {
        return clear().whenComplete((done, failure) -> {
            if (failure != null) {
                Duration longer = pause.multipliedBy(2);
                node.after(pause, () -> clearAgain(longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE));
            }
        });
    }

    private void clearAgain(Duration pause) {
        if (session.filter(NodeSession.Session::isOver).isPresent()) {
            // Whatever it has taken, or takes yet, is free.
            disown();
        } else {
            clearUntilKnown(pause);
        }
    }

    /**
     * Frees whatever of this life the cell holds, or is still to hold: a cell with a new version is none that an attempt under way expects. Hence it is set
     * also where it is another's, or nobody's, to what it says.
     */
    private CompletionStage<Boolean> clear() {
        return CompletableFuture.completedFuture(cell()).thenCompose(node::read).thenCompose(this::clear);
    }

    private CompletionStage<Boolean> clear(Optional<Cell> found) {
        LeaseRecord record = found.map(cell -> LeaseRecord.decode(cell.value())).orElseGet(LeaseRecord::never);
        long version = found.map(Cell::version).orElse(0L);
        boolean mine = record.holder().equals(session.map(NodeSession.Session::holder));
        if (!mine && version > doubt) {
            disown();
            return CompletableFuture.completedFuture(false);
        }
        return node.set(cell(), version, (mine ? record.freed() : record).encode())
                .thenCompose(done -> done ? cleared(mine) : clear());
    }

    private CompletionStage<Boolean> cleared(boolean mine) {
        disown();
        return CompletableFuture.completedFuture(mine);
    }

    /** Whether it is held at this moment, so that nobody else can have it. */
    @Override
    public boolean checkLease() {
        return !released.get()
                && held.filter(it -> it.session().holds(node.now())).isPresent();
    }

    /**
     * Its number, higher than that of any holder before.
     *
     * @throws IllegalStateException if it was not acquired
     */
    public long epoch() {
        return mine().record().epoch();
    }

    /** What the last holder left, or this one has left since; empty at first. */
    public byte[] note() {
        return mine().record().note().clone();
    }

    /** Leaves a note. False: the lease has been lost. Failed: it is not known whether the next holder will find it. */
    public CompletionStage<Boolean> leave(byte[] note) {
        return inTurn(() -> released.get()
                ? CompletableFuture.completedFuture(false)
                : change(record -> record.with(note), ATTEMPTS));
    }

    private Held mine() {
        return held.orElseThrow(() -> new IllegalStateException("the lease " + name + " is not held"));
    }

    private CompletionStage<Boolean> change(UnaryOperator<LeaseRecord> how, int attempts) {
        Held now = mine();
        LeaseRecord after = how.apply(now.record());
        return node.set(cell(), now.version(), after.encode()).thenCompose(done -> {
            if (done) {
                held = Optional.of(new Held(now.session(), now.version() + 1, after));
                return CompletableFuture.completedFuture(true);
            }
            return node.read(cell()).thenCompose(found -> again(now, found, how, attempts - 1));
        });
    }

    /** An earlier change of this holder, of which no answer came, has happened meanwhile; or the lease has gone to another. */
    private CompletionStage<Boolean> again(
            Held now, Optional<Cell> found, UnaryOperator<LeaseRecord> how, int attempts) {
        Optional<LeaseRecord> record = found.map(cell -> LeaseRecord.decode(cell.value()));
        boolean mine = record.filter(it -> it.epoch() == now.record().epoch()
                        && it.holder().equals(now.record().holder()))
                .isPresent();
        if (!mine || attempts == 0) {
            return CompletableFuture.completedFuture(false);
        }
        held = Optional.of(new Held(now.session(), found.get().version(), record.get()));
        return change(how, attempts);
    }
}
