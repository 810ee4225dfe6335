package io.holdfast.server.lease;

import io.holdfast.persistence.cells.SharedCells.Cell;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
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

    private final LeaseSettings settings;
    private final NodeSession node;
    private final String name;
    private volatile Optional<Held> held = Optional.empty();
    private volatile boolean released;
    /** The last attempt to acquire it, which may be under way when its user goes. */
    private volatile CompletionStage<Boolean> attempt = CompletableFuture.completedFuture(false);
    /**
     * The session for which the store was asked in vain: an attempt of which no answer came may have taken the lease, or may yet. A later one that is refused
     * says nothing of those before it.
     */
    private volatile Optional<NodeSession.Session> tried = Optional.empty();

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
        Optional<NodeSession.Session> session = node.current();
        var begun = new CompletableFuture<Boolean>();
        if (session.isEmpty() || !begin(begun)) {
            return CompletableFuture.completedFuture(false);
        }
        if (!node.use(name)) {
            begun.complete(false);
            return begun;
        }
        // A store that throws instead of answering is none that did not answer.
        CompletableFuture.completedFuture(session.get())
                .thenCompose(own -> node.read(cell()).thenCompose(found -> take(own, found)))
                .whenComplete((taken, failure) -> ended(begun, taken, failure));
        return begun;
    }

    /** From here on a release waits for the attempt: else one that comes while it begins would free nothing, and nobody else would. */
    private synchronized boolean begin(CompletableFuture<Boolean> begun) {
        if (!released) {
            attempt = begun;
        }
        return !released;
    }

    private void ended(CompletableFuture<Boolean> begun, Boolean taken, Throwable failure) {
        if (failure != null) {
            node.unused(name);
            begun.completeExceptionally(failure);
            return;
        }
        if (taken) {
            tried = Optional.empty();
        } else {
            node.unused(name);
        }
        begun.complete(taken);
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
            } else if (!released) {
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
        tried = Optional.of(wanted.session());
        return node.set(cell(), wanted.version() - 1, wanted.record().encode()).thenApply(done -> {
            if (done) {
                held = Optional.of(wanted);
            }
            return done;
        });
    }

    private String cell() {
        return "lease/" + name;
    }

    /**
     * Frees the lease. Its user must have stopped for good: from here on it may be acquired by another object of this process, and as soon as the
     * store has heard of it by other nodes. An attempt that is under way is waited for, since a lease that its user is too late for would be nobody's for
     * as long as this node lives. False: it was not held any more. Failed: it is tried again as long as the node's session lives.
     */
    @Override
    public CompletionStage<Boolean> release() {
        return lastAttempt().handle((taken, failure) -> held).thenCompose(now -> {
            if (now.isPresent()) {
                return free(now.get());
            }
            return tried.map(this::freeIfTaken).orElseGet(() -> CompletableFuture.completedFuture(true));
        });
    }

    private synchronized CompletionStage<Boolean> lastAttempt() {
        released = true;
        return attempt;
    }

    private CompletionStage<Boolean> free(Held last) {
        return change(LeaseRecord::freed, ATTEMPTS).handle((done, failure) -> {
            node.unused(name);
            if (failure != null) {
                later(
                        () -> change(LeaseRecord::freed, ATTEMPTS),
                        last.session(),
                        node.times().retryInterval());
                throw new CompletionException(failure);
            }
            return done;
        });
    }

    /** A second look comes after all that was on its way to the store. */
    private CompletionStage<Boolean> freeIfTaken(NodeSession.Session session) {
        Supplier<CompletionStage<Boolean>> look = () -> freeUnused(session);
        return look.get()
                .whenComplete(
                        (done, failure) -> later(look, session, node.times().operationTimeout()));
    }

    /**
     * Only while nobody in this process uses it: the next life of its user has the same session, and may have taken it with the very record that the attempt
     * asked for. Failed then, so that it is tried again: that life may never get so far.
     */
    private CompletionStage<Boolean> freeUnused(NodeSession.Session session) {
        if (!node.use(name)) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("the lease " + name + " is in use again in this process"));
        }
        return CompletableFuture.completedFuture(cell())
                .thenCompose(node::read)
                .thenCompose(found -> freeIfOf(session, found))
                .whenComplete((done, failure) -> node.unused(name));
    }

    private CompletionStage<Boolean> freeIfOf(NodeSession.Session session, Optional<Cell> found) {
        Optional<LeaseRecord> own = found.map(cell -> LeaseRecord.decode(cell.value()))
                .filter(record -> record.holder().equals(Optional.of(session.holder())));
        return own.isEmpty()
                ? CompletableFuture.completedFuture(false)
                : node.set(cell(), found.get().version(), own.get().freed().encode());
    }

    /** Else another node that the replica has moved to would wait for as long as this node lives. */
    private void later(Supplier<CompletionStage<Boolean>> free, NodeSession.Session session, Duration pause) {
        node.after(pause, () -> {
            if (!session.isOver()) {
                free.get().whenComplete((done, failure) -> {
                    if (failure != null) {
                        Duration longer = pause.multipliedBy(2);
                        later(free, session, longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE);
                    }
                });
            }
        });
    }

    /** Whether it is held at this moment, so that nobody else can have it. */
    @Override
    public boolean checkLease() {
        return !released && held.filter(it -> it.session().holds(node.now())).isPresent();
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
        return change(record -> record.with(note), ATTEMPTS);
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
