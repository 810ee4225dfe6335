package io.holdfast.server.lease;

import io.holdfast.persistence.cassandra.CassandraErrors;
import io.holdfast.persistence.cells.SharedCells;
import io.holdfast.persistence.cells.SharedCells.Cell;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's session alive at its site, and finds out about the sessions of the others. One write a {@code renew-interval} and
 * node keeps all leases of the node, however many there are. Thread-safe; it has a thread of its own, so that a busy node renews in time.
 *
 * <p>A store that cannot be reached ends nothing by itself: the session just stops to hold until a renewal succeeds. When others have ended
 * the session, a new one is begun.
 */
public final class NodeSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);
    private static final int END_ATTEMPTS = 3;

    private final SharedCells cells;
    private final String node;
    private final LeaseTimes times;
    private final LongSupplier nanos;
    private final Supplier<UUID> ids;
    private final Set<String> neighbours;
    private final ScheduledExecutorService thread;
    /** Names of leases that somebody in this process still uses, under whichever session. */
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    // For the thread alone.
    private final SessionWatch watch;
    /** Looks at sessions that are under way. */
    private final Map<Holder, CompletionStage<Boolean>> looks = new HashMap<>();

    /** The name of a session that was asked for and did not come to be known; nobody counts on it. */
    private Optional<UUID> opening = Optional.empty();

    private boolean failing;

    private volatile Optional<Session> current = Optional.empty();
    private volatile boolean closing;

    /** One session of this node. */
    record Session(Holder holder, SessionClock clock) {
        boolean holds(long nowNanos) {
            return clock.holds(nowNanos);
        }

        boolean isOver() {
            return clock.isOver();
        }
    }

    private NodeSession(
            SharedCells cells,
            String node,
            LeaseTimes times,
            LongSupplier nanos,
            Supplier<UUID> ids,
            Set<String> neighbours) {
        this.cells = cells;
        this.node = node;
        this.times = times;
        this.nanos = nanos;
        this.ids = ids;
        this.neighbours = Set.copyOf(neighbours);
        this.watch = new SessionWatch(times.driftBound(), nanos);
        var executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "holdfast-session");
            made.setDaemon(true);
            return made;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.thread = executor;
    }

    /**
     * Begins to open a session, and goes on trying.
     *
     * @param node host:port between nodes
     * @param nanos a monotonic clock
     * @param ids names for sessions, never the same twice
     * @param neighbours nodes that are looked at in each round, so that it is known for how long one has been silent when that matters
     */
    public static NodeSession start(
            SharedCells cells,
            String node,
            LeaseTimes times,
            LongSupplier nanos,
            Supplier<UUID> ids,
            Set<String> neighbours) {
        var session = new NodeSession(cells, node, times, nanos, ids, neighbours);
        session.thread.execute(session::round);
        return session;
    }

    Optional<Session> current() {
        return current;
    }

    long now() {
        return nanos.getAsLong();
    }

    LeaseTimes times() {
        return times;
    }

    /** Runs something later, unless this has been closed by then. */
    void after(Duration pause, Runnable task) {
        if (!thread.isShutdown()) {
            thread.schedule(task, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Answers false if the lease is in use in this process already. */
    boolean use(String lease) {
        return inUse.add(lease);
    }

    void unused(String lease) {
        inUse.remove(lease);
    }

    private static String cell(String node) {
        return "session/" + node;
    }

    private <T> CompletionStage<T> bounded(CompletionStage<T> operation) {
        return operation
                .toCompletableFuture()
                .copy()
                .orTimeout(times.operationTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    CompletionStage<Optional<Cell>> read(String name) {
        return bounded(cells.read(name));
    }

    CompletionStage<Boolean> set(String name, long version, byte[] value) {
        return bounded(cells.set(name, version, value));
    }

    // This node's own session.

    private void round() {
        long began = now();
        CompletionStage<Void> step;
        try {
            step = current.isPresent() ? renew(current.get()) : open();
            neighbours.forEach(this::observe);
        } catch (RuntimeException failed) {
            step = CompletableFuture.failedFuture(failed);
        }
        step.whenCompleteAsync((done, failure) -> next(began, failure), thread);
    }

    private void next(long began, Throwable failure) {
        if (failure != null && !failing) {
            LOG.warn(
                    "The session of {} could not be renewed or opened; it is tried again: {}",
                    node,
                    CassandraErrors.reason(failure));
        } else if (failure == null && failing) {
            LOG.info("The site's store answers again");
        }
        failing = failure != null;
        if (!closing) {
            long interval = (failing ? times.retryInterval() : times.renewInterval()).toNanos();
            thread.schedule(this::round, Math.max(0, interval - (now() - began)), TimeUnit.NANOSECONDS);
        }
    }

    private CompletionStage<Void> open() {
        return read(cell(node)).thenComposeAsync(this::openFrom, thread);
    }

    private CompletionStage<Void> openFrom(Optional<Cell> found) {
        boolean free = found.isEmpty() || mayReplaceOwn(found.get());
        if (!free || closing) {
            return CompletableFuture.completedFuture(null);
        }
        UUID id = opening.orElseGet(ids);
        opening = Optional.of(id);
        long version = found.map(Cell::version).orElse(0L);
        long sent = now();
        byte[] value = new SessionRecord(id, true, times.lasting().toNanos()).encode();
        return set(cell(node), version, value).thenAcceptAsync(done -> begun(done, id, version + 1, sent), thread);
    }

    private void begun(boolean done, UUID id, long version, long sent) {
        if (done && !closing) {
            opening = Optional.empty();
            current = Optional.of(new Session(
                    new Holder(node, id), new SessionClock(times.lasting().toNanos(), version, sent)));
            LOG.info("This node has a session at its site: {}", id);
        }
    }

    private CompletionStage<Void> renew(Session session) {
        long sent = now();
        long version = session.clock().sending(sent);
        byte[] value = new SessionRecord(
                        session.holder().session(), true, times.lasting().toNanos())
                .encode();
        return set(cell(node), version, value)
                .exceptionally(unknown -> false)
                .thenComposeAsync(
                        done -> {
                            if (done) {
                                session.clock().renewed(version + 1, sent);
                                return CompletableFuture.completedFuture(null);
                            }
                            return read(cell(node)).thenAcceptAsync(found -> looked(session, found), thread);
                        },
                        thread);
    }

    private void looked(Session session, Optional<Cell> found) {
        Optional<SessionRecord> record = found.map(cell -> SessionRecord.decode(cell.value()));
        boolean lives = record.filter(
                        it -> it.live() && it.session().equals(session.holder().session()))
                .isPresent();
        if (lives) {
            session.clock().renewed(found.orElseThrow().version());
        } else {
            session.clock().end();
            current = Optional.empty();
            LOG.warn(
                    "The session {} of this node was ended by others, which had not heard of it for {} ms",
                    session.holder().session(),
                    times.lasting().toMillis());
        }
    }

    // The sessions of others.

    /**
     * Whether a session is over, so that its leases may be taken. If it seems to live this looks for its silence, and ends it when that has
     * lasted long enough; so this must be asked again and again. A failed stage means that it is not known.
     *
     * <p>All replicas of a node that died ask at once, and one look answers them all: of many that tried to end the same session one would succeed, and keep
     * the store busy with the others.
     */
    CompletionStage<Boolean> isOver(Holder holder) {
        return CompletableFuture.supplyAsync(() -> looks.computeIfAbsent(holder, this::look), thread)
                .thenCompose(looking -> looking);
    }

    private CompletionStage<Boolean> look(Holder holder) {
        return read(cell(holder.node()))
                .thenComposeAsync(found -> judge(holder, found), thread)
                .whenCompleteAsync((over, failure) -> looks.remove(holder), thread);
    }

    /** Only looks; a failure shows at the next need. */
    private void observe(String other) {
        bounded(cells.glance(cell(other)))
                .thenAcceptAsync(found -> found.ifPresent(cell -> watch.look(other, cell)), thread);
    }

    private CompletionStage<Boolean> judge(Holder holder, Optional<Cell> found) {
        SessionWatch.Sight sight = watch.look(holder, found);
        return sight == SessionWatch.Sight.SILENT
                ? end(holder, found.orElseThrow())
                        .thenCompose(done -> done ? CompletableFuture.completedFuture(true) : sawItsEnd(holder))
                : CompletableFuture.completedFuture(sight == SessionWatch.Sight.OVER);
    }

    /** Another node may have been faster. */
    private CompletionStage<Boolean> sawItsEnd(Holder holder) {
        return read(cell(holder.node()))
                .thenApplyAsync(found -> watch.look(holder, found) == SessionWatch.Sight.OVER, thread);
    }

    private CompletionStage<Boolean> end(Holder holder, Cell cell) {
        byte[] ended = SessionRecord.decode(cell.value()).ended().encode();
        return set(cell(holder.node()), cell.version(), ended).thenApply(done -> {
            if (done) {
                LOG.warn(
                        "The session of {} is silent for longer than it lasts: it is ended, its leases are free",
                        holder);
            }
            return done;
        });
    }

    /** Whether nobody counts on the session in this node's own cell, provided that the cell does not change meanwhile. */
    private boolean mayReplaceOwn(Cell cell) {
        return watch.look(node, cell) != SessionWatch.Sight.LIVES
                || opening.equals(Optional.of(SessionRecord.decode(cell.value()).session()));
    }

    /**
     * Ends the session, so that nobody has to wait for its silence. All who used its leases must have stopped. Completes when that is durable,
     * or could not be done; it is then found out by silence.
     */
    public CompletionStage<Void> end() {
        closing = true;
        return CompletableFuture.supplyAsync(this::endNow, thread).thenCompose(ending -> ending);
    }

    private CompletionStage<Void> endNow() {
        Optional<Session> last = current;
        current = Optional.empty();
        if (last.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        last.get().clock().end();
        return tellEnd(last.get().holder(), END_ATTEMPTS).handle((done, failure) -> {
            if (failure != null) {
                LOG.info(
                        "The end of the session {} could not be told: {}",
                        last.get().holder(),
                        CassandraErrors.reason(failure));
            }
            return null;
        });
    }

    /** A renewal that is still on its way may come in between. */
    private CompletionStage<Boolean> tellEnd(Holder ending, int attempts) {
        return read(cell(node)).thenCompose(found -> {
            Optional<SessionRecord> record = found.map(cell -> SessionRecord.decode(cell.value()))
                    .filter(it -> it.live() && it.session().equals(ending.session()));
            if (record.isEmpty() || attempts == 0) {
                return CompletableFuture.completedFuture(record.isEmpty());
            }
            return set(cell(node), found.get().version(), record.get().ended().encode())
                    .thenCompose(
                            done -> done ? CompletableFuture.completedFuture(true) : tellEnd(ending, attempts - 1));
        });
    }

    /** Stops without a word, as a crash would. */
    @Override
    public void close() {
        closing = true;
        current.ifPresent(session -> session.clock().end());
        current = Optional.empty();
        thread.shutdownNow();
    }
}
