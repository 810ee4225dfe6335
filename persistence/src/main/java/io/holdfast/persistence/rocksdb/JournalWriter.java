package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The writer thread's work: group commit, and the way back after a failure. It takes what waits (no timer: what queues
 * while one fsync is under way goes out with the next), commits it as one batch, and answers.
 *
 * <p>After a failed commit nobody knows what reached the disk, and after a failed fsync the kernel may forget that pages
 * are dirty (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020). So the database is closed and opened again: RocksDB
 * then rewrites what it finds in its log into new files and syncs those. rocksdbjni has no {@code DB::Resume}, and
 * RocksDB's own recovery from a full disk leaves writes to the log failing in some states.
 */
final class JournalWriter {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final JournalDatabase database;
    private final JournalSettings settings;
    private final HealthCell health;
    private final BatchCommit commit;
    private final List<Runnable> answers = new ArrayList<>();
    private final List<JournalRequest> group = new ArrayList<>();

    private RocksEngine engine;
    private StreamTable streams;
    private boolean everOpened;
    /** Of the directory that was opened. */
    private Optional<Object> directoryKey = Optional.empty();

    private boolean beyondRepair;
    private long nextOpen = System.nanoTime();

    JournalWriter(JournalDatabase database, JournalSettings settings, HealthCell health, BatchCommit commit) {
        this.database = database;
        this.settings = settings;
        this.health = health;
        this.commit = commit;
    }

    void run() {
        try {
            while (!database.isClosing() || !database.queue().isEmpty()) {
                if (engine == null && !beyondRepair && System.nanoTime() - nextOpen >= 0) {
                    open();
                }
                collect();
                if (engine == null) {
                    group.forEach(request -> request.answer().completeExceptionally(database.unavailable()));
                } else if (!group.isEmpty()) {
                    commitGroup();
                }
                group.clear();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but a container that tears the process down.
            Thread.currentThread().interrupt();
        } finally {
            group.forEach(request -> request.answer().completeExceptionally(database.unavailable()));
            database.swapEngine(null);
        }
    }

    private void collect() throws InterruptedException {
        long wait = engine == null && !beyondRepair ? Math.max(0, nextOpen - System.nanoTime()) : IDLE_NANOS;
        JournalRequest next = database.queue().poll(Math.min(wait, IDLE_NANOS), TimeUnit.NANOSECONDS);
        long bytes = 0;
        while (next != null) {
            group.add(next);
            bytes += next.bytes();
            next = bytes < settings.batchBytes() ? database.queue().poll() : null;
        }
    }

    private void commitGroup() {
        try (var batch = new WriteBatch()) {
            group.forEach(request -> add(request, batch));
            if (batch.count() > 0) {
                commit.commit(engine, batch);
            }
            streams.trim();
            health.report(StorageHealth.State.OK, "");
            answers.forEach(Runnable::run);
        } catch (RocksDBException e) {
            failed(RocksErrors.at(settings.directory(), "cannot be written", e));
        } catch (RuntimeException | Error e) {
            failed(new StorageException(
                    "The journal in " + settings.directory() + " met an unexpected error: " + e
                            + ". It opens its files anew; report this",
                    e));
        } finally {
            answers.clear();
        }
    }

    /** A request that cannot be put into the batch fails alone: it has added nothing to it. */
    private void add(JournalRequest request, WriteBatch batch) {
        try {
            switchOn(request, batch);
        } catch (StorageException.Corrupt e) {
            request.answer()
                    .completeExceptionally(database.unreadable("The stream record of " + request.persistenceId(), e));
        } catch (StorageException e) {
            request.answer().completeExceptionally(e);
        } catch (RocksDBException e) {
            request.answer()
                    .completeExceptionally(RocksErrors.at(
                            settings.directory(), "cannot read the last event of " + request.persistenceId(), e));
        }
    }

    private void switchOn(JournalRequest request, WriteBatch batch) throws RocksDBException {
        if (request instanceof JournalRequest.Append append) {
            streams.append(append, batch);
            answers.add(() -> append.answer().complete(null));
        } else if (request instanceof JournalRequest.Delete delete) {
            streams.delete(delete, batch);
            answers.add(() -> delete.answer().complete(null));
        } else if (request instanceof JournalRequest.ReadHighest read) {
            long highest = streams.highest(read.persistenceId());
            answers.add(() -> read.answer().complete(highest));
        } else if (request instanceof JournalRequest.Wake wake) {
            answers.add(() -> wake.answer().complete(null));
        }
    }

    /** First the health, so that whoever hears of its failed write finds the reason there. */
    private void failed(StorageException why) {
        beyondRepair = why instanceof StorageException.Corrupt;
        health.report(beyondRepair ? StorageHealth.State.CORRUPT : StorageHealth.State.FAILED, why.getMessage());
        group.forEach(request -> request.answer().completeExceptionally(why));
        engine = null;
        nextOpen = System.nanoTime() + settings.reopenInterval().toNanos();
        closeEngine();
    }

    private void closeEngine() {
        try {
            database.swapEngine(null);
        } catch (StorageException e) {
            health.report(StorageHealth.State.FAILED, health.current().message() + "; then " + e.getMessage());
        }
    }

    private void open() {
        try {
            if (everOpened) {
                requireSameDirectory();
                requireFreeSpace();
            }
            RocksEngine opened = RocksEngine.open(settings, !everOpened);
            database.swapEngine(opened);
            engine = opened;
            streams = new StreamTable(opened);
            everOpened = true;
            directoryKey = directoryKey();
            health.report(StorageHealth.State.OK, "");
        } catch (StorageException e) {
            beyondRepair = e instanceof StorageException.Corrupt;
            health.report(beyondRepair ? StorageHealth.State.CORRUPT : StorageHealth.State.FAILED, e.getMessage());
        } catch (RuntimeException | Error e) {
            beyondRepair = true;
            health.report(
                    StorageHealth.State.FAILED,
                    "The journal in " + settings.directory() + " cannot be opened: " + e
                            + ". Check that RocksDB's native library suits this machine, then restart");
        } finally {
            nextOpen = System.nanoTime() + settings.reopenInterval().toNanos();
        }
    }

    /**
     * Where the disk is not mounted any more its mount point is an empty directory, in which even closing the old files may have begun new ones: a journal
     * there would have forgotten what was confirmed.
     */
    private void requireSameDirectory() {
        if (!directoryKey().equals(directoryKey)) {
            throw new StorageException(
                    "The journal " + settings.directory()
                            + " is another directory than the one that this process had open. Check that its disk is mounted; the journal goes on by itself");
        }
    }

    /** By which the file system knows it; empty where it has no such thing. */
    private Optional<Object> directoryKey() {
        try {
            return Optional.ofNullable(Files.readAttributes(settings.directory(), BasicFileAttributes.class)
                    .fileKey());
        } catch (IOException e) {
            throw new StorageException(
                    "Cannot look at the journal directory " + settings.directory() + " (" + e
                            + "). Check that its disk is mounted; the journal goes on by itself",
                    e);
        }
    }

    /** Opening again on the last free kilobyte would only fail at the next write, and again, and again. */
    private void requireFreeSpace() {
        try {
            long free = Files.getFileStore(settings.directory()).getUsableSpace();
            if (free < settings.reopenFreeSpace()) {
                throw new StorageException("The disk of the journal " + settings.directory() + " is full: " + free
                        + " bytes free, " + settings.reopenFreeSpace()
                        + " (reopen-free-space) are wanted before writing again. Free space on it; the journal goes on by"
                        + " itself");
            }
        } catch (IOException e) {
            throw new StorageException(
                    "Cannot ask for the free space of " + settings.directory() + " (" + e
                            + "). Check that it is mounted",
                    e);
        }
    }
}
