package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.RocksDBException;

/**
 * The journal of one directory, shared by all persistence ids of the process: a bounded queue in front of one writer
 * thread that commits all that waits with one fsync ({@link JournalWriter}), and replay beside it. Thread-safe.
 *
 * <p>It exists whether or not the files can be opened. While they cannot, every request fails at once with the reason,
 * {@link #health} says so, and the writer keeps trying, so that freeing disk space is all an operator has to do.
 */
final class JournalDatabase implements AutoCloseable {
    /** Less is not worth a compaction. */
    private static final long RECLAIM_LEAST = 16 << 20;
    /** Room for what is written beside a compaction. */
    private static final long RECLAIM_MARGIN = 64 << 20;

    /** Receives events in order; returns false to stop. */
    interface Replay {
        boolean event(long sequenceNr, EventRecord event);
    }

    private final JournalSettings settings;
    private final HealthCell health;
    private final BlockingQueue<JournalRequest> queue;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final JournalWriter writer;
    private final Thread thread;

    /** Held for writing while the engine is swapped, for reading by who reads or compacts: native handles must not vanish under them. */
    private final ReentrantReadWriteLock engineLock = new ReentrantReadWriteLock();

    private RocksEngine engine;
    /** Whether there may be deleted events whose room the disk was not given back. */
    private volatile boolean deleted = true;

    private volatile boolean closing;
    private volatile boolean ended;

    JournalDatabase(JournalSettings settings, Clock clock, BatchCommit commit) {
        this.settings = settings;
        this.health = new HealthCell(settings.directory().toString(), clock);
        this.queue = new ArrayBlockingQueue<>(settings.queueCapacity());
        this.writer = new JournalWriter(this, settings, health, commit);
        this.thread = new Thread(this::work, "holdfast-journal-" + settings.directory());
        thread.setDaemon(true);
        thread.start();
    }

    Path directory() {
        return settings.directory();
    }

    JournalSettings settings() {
        return settings;
    }

    HealthCell health() {
        return health;
    }

    /** Completes when all the events are on disk; fails when they are not known to be, and then may still turn up. */
    CompletionStage<Void> append(String persistenceId, List<JournalRequest.Event> events) {
        var answer = new CompletableFuture<Void>();
        submit(new JournalRequest.Append(persistenceId, events, answer));
        return answer;
    }

    /** Deletes the events up to and including a number; the highest sequence number stays what it was. */
    CompletionStage<Void> deleteTo(String persistenceId, long toSequenceNr) {
        var answer = new CompletableFuture<Void>();
        submit(new JournalRequest.Delete(persistenceId, toSequenceNr, answer));
        answer.thenRun(() -> deleted = true);
        return answer;
    }

    /** The highest number ever written, deleted ones included, after all writes asked for before; 0 when there is none. */
    CompletionStage<Long> highestSequenceNr(String persistenceId) {
        var answer = new CompletableFuture<Long>();
        submit(new JournalRequest.ReadHighest(persistenceId, answer));
        return answer;
    }

    /**
     * Hands over the events in {@code [from, to]}, in order. Blocks the calling thread.
     *
     * @throws StorageException naming directory, persistence id and sequence number when a record cannot be read
     */
    void replay(String persistenceId, long from, long to, Replay replay) {
        engineLock.readLock().lock();
        try {
            replayFrom(openEngine(), persistenceId, from, to, replay);
        } catch (RocksDBException e) {
            throw RocksErrors.at(directory(), "cannot read the events of " + persistenceId, e);
        } finally {
            engineLock.readLock().unlock();
        }
    }

    private void replayFrom(RocksEngine open, String persistenceId, long from, long to, Replay replay)
            throws RocksDBException {
        var stored = open.meta(JournalKeys.stream(persistenceId));
        if (stored.isEmpty()) {
            return;
        }
        StreamRecord stream = decodeStream(persistenceId, stored.get());
        long first = Math.max(from, stream.deletedTo() + 1);
        if (first > to) {
            return;
        }
        byte[] until = JournalKeys.event(stream.id(), to == Long.MAX_VALUE ? to : to + 1);
        try (var cursor = open.events(JournalKeys.event(stream.id(), first), until)) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                long sequenceNr = cursor.sequenceNr();
                if (!replay.event(sequenceNr, decodeEvent(persistenceId, sequenceNr, cursor.value()))) {
                    return;
                }
            }
        }
    }

    private EventRecord decodeEvent(String persistenceId, long sequenceNr, byte[] record) {
        try {
            return EventRecord.decode(record, sequenceNr);
        } catch (StorageException.Corrupt e) {
            throw unreadable("Event " + sequenceNr + " of " + persistenceId, e);
        }
    }

    private StreamRecord decodeStream(String persistenceId, byte[] record) {
        try {
            return StreamRecord.decode(record);
        } catch (StorageException.Corrupt e) {
            throw unreadable("The stream record of " + persistenceId, e);
        }
    }

    StorageException unreadable(String what, StorageException.Corrupt why) {
        return new StorageException.Corrupt(
                what + " in the journal " + directory() + " cannot be read: " + why.getMessage()
                        + ". If a newer release has run here, run that release again. Otherwise check the disk; then "
                        + RocksErrors.START_WITHOUT,
                why);
    }

    /**
     * Gives the disk back what deleted events still take, if that may be much. RocksDB does so by itself when more is written, which is of no use on
     * a disk that has no room for more. Blocks the calling thread for as long as the disk takes to write what is left.
     *
     * @param freeBytes of the disk: what is left is written beside the old files, so nothing is done where that may not fit
     * @throws StorageException if it cannot be done now; nothing is lost
     */
    void reclaim(long freeBytes) {
        engineLock.readLock().lock();
        try {
            RocksEngine open = openEngine();
            long files = open.eventFileBytes();
            if (deleted && files > RECLAIM_LEAST && freeBytes > files + RECLAIM_MARGIN) {
                deleted = false;
                open.compactEvents();
            }
        } catch (RocksDBException e) {
            deleted = true;
            throw RocksErrors.at(directory(), "cannot be compacted", e);
        } finally {
            engineLock.readLock().unlock();
        }
    }

    private RocksEngine openEngine() {
        if (engine == null) {
            throw unavailable();
        }
        return engine;
    }

    StorageException unavailable() {
        StorageHealth now = health.current();
        String reason = now.message().isEmpty() ? "it is " + now.state() : now.message();
        return new StorageException(
                "The journal in " + directory() + " is not available since " + now.since() + ": " + reason);
    }

    private void submit(JournalRequest request) {
        long bytes = request.bytes();
        long waiting = queuedBytes.addAndGet(bytes);
        request.answer().whenComplete((done, failed) -> queuedBytes.addAndGet(-bytes));
        if (closing) {
            request.answer().completeExceptionally(unavailable());
        } else if (waiting > settings.queueBytes() && waiting > bytes || !queue.offer(request)) {
            request.answer()
                    .completeExceptionally(new StorageException("The journal in " + directory() + " is overloaded: "
                            + queue.size() + " requests with " + (waiting - bytes)
                            + " bytes wait for the disk. Lower the"
                            + " load, use a faster disk, or raise queue-capacity or queue-bytes"));
        } else if (ended) {
            failWaiting();
        }
    }

    BlockingQueue<JournalRequest> queue() {
        return queue;
    }

    boolean isClosing() {
        return closing;
    }

    /** Replaces the engine, or takes it away with null, once nobody reads or compacts the old one; then closes the old one. */
    void swapEngine(RocksEngine next) {
        if (engine != null) {
            // Only this thread closes it, so it lives.
            engine.cancelCompaction();
        }
        engineLock.writeLock().lock();
        try {
            RocksEngine old = engine;
            engine = next;
            if (old != null) {
                // Its compaction, if one was under way, has ended early and without an error.
                deleted = true;
                old.close();
            }
        } finally {
            engineLock.writeLock().unlock();
        }
    }

    private void work() {
        try {
            writer.run();
        } finally {
            health.report(StorageHealth.State.CLOSED, "");
            ended = true;
            failWaiting();
        }
    }

    void failWaiting() {
        for (JournalRequest next = queue.poll(); next != null; next = queue.poll()) {
            next.answer().completeExceptionally(unavailable());
        }
    }

    /** Writes what waits, then closes the files. Blocks, at most for {@code close-timeout}. */
    @Override
    public void close() {
        closing = true;
        // When the queue is full the writer needs no waking.
        boolean woken = queue.offer(new JournalRequest.Wake("", new CompletableFuture<>()));
        try {
            thread.join(settings.closeTimeout().toMillis());
            if (thread.isAlive()) {
                throw new StorageException("The journal in " + directory() + " did not close within "
                        + settings.closeTimeout() + (woken ? "" : ", its queue is full")
                        + ". Its files stay locked until this process ends; confirmed events are safe");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while closing the journal in " + directory(), e);
        }
    }
}
