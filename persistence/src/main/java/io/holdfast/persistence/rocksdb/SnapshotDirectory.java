package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.LoadedSnapshot;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as files, {@code <persistence id>/<sequence number>.snapshot}. A file appears under its name complete and synced, or not at all:
 * it is written beside and renamed, which also replaces an older one of the same number in one step. Files and not
 * RocksDB values, because hundreds of megabytes through the journal's log would stop every partition's writes.
 *
 * <p>Methods block and may be called by several threads, but by one at a time for one persistence id.
 */
final class SnapshotDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDirectory.class);
    private static final Pattern NAME = Pattern.compile("(\\d{19})\\.snapshot");
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final Path directory;
    private final SnapshotHealth health;
    private final DiskSync disk;
    private Optional<DirectoryLock> lock = Optional.empty();
    private boolean closed;

    /** Does not touch the disk yet: like the journal, it exists and tells its health even when it cannot be opened. */
    SnapshotDirectory(Path directory, Clock clock) {
        this(directory, clock, DiskSync.TO_DISK, TRY_AGAIN);
    }

    /** @param tryAgain how often it is tried whether what has failed would succeed again */
    SnapshotDirectory(Path directory, Clock clock, DiskSync disk, Duration tryAgain) {
        this.directory = directory;
        this.disk = disk;
        this.health = new SnapshotHealth(new HealthCell(directory.toString(), clock), tryAgain);
    }

    /**
     * Takes the directory if it is not taken yet. Every other method does this first, so that a lock that another process
     * gives up, or a disk that is mounted late, needs no restart.
     *
     * @throws StorageException when another process uses the directory or it cannot be written
     */
    synchronized void open() {
        if (closed) {
            throw new StorageException(
                    "The snapshot directory " + directory + " is closed: its actor system has ended");
        }
        if (lock.isPresent()) {
            return;
        }
        try {
            disk.create(directory);
            lock = Optional.of(lockAndTidy());
            health.succeeded();
        } catch (StorageException e) {
            health.failed(e, this::open);
            throw e;
        } catch (IOException | RuntimeException e) {
            // Files that are listed tell their failures unchecked.
            Exception cause = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e;
            StorageException failure = failure("cannot be opened", cause);
            health.failed(failure, this::open);
            throw failure;
        }
    }

    /** Whatever fails, the lock is free again: the next attempt takes it anew. */
    private DirectoryLock lockAndTidy() throws IOException {
        DirectoryLock taken = DirectoryLock.take(directory);
        try {
            disk.sync(directory);
            UnfinishedFile.removeAll(directory);
            return taken;
        } catch (IOException | RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    void openOrReport() {
        try {
            open();
        } catch (StorageException e) {
            LOG.debug("{} is reported in the health and in the log already", directory, e);
        }
    }

    HealthCell health() {
        return health.cell();
    }

    void save(SnapshotHeader header, byte[] content) {
        open();
        Path home = home(header.persistenceId());
        Path unfinished = UnfinishedFile.in(home, String.valueOf(header.sequenceNr()));
        try {
            disk.create(home);
            SnapshotFile.write(unfinished, header, content, disk);
            Files.move(unfinished, file(home, header.sequenceNr()), StandardCopyOption.ATOMIC_MOVE);
            syncNames(home);
            health.succeeded();
        } catch (IOException e) {
            StorageException failure = failure(
                    "did not take snapshot " + header.sequenceNr() + " of " + header.persistenceId() + " ("
                            + header.contentLength() + " bytes)",
                    e);
            UnfinishedFile.discard(unfinished, failure);
            health.failed(failure, () -> probe(home, header.contentLength()));
            throw failure;
        }
    }

    /** @throws StorageException where a snapshot of that many bytes would not be taken either */
    private void probe(Path home, long bytes) {
        try {
            disk.create(home);
            UnfinishedFile.tryOut(home, bytes);
            syncNames(home);
        } catch (IOException e) {
            throw failure("did not take a snapshot of " + bytes + " bytes and would not take it now", e);
        }
    }

    /** The newest snapshot that matches. When that one cannot be read this fails: an older one would be a silent loss. */
    Optional<LoadedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria) {
        open();
        List<Long> sequenceNrs = sequenceNrs(persistenceId);
        if (!sequenceNrs.isEmpty()) {
            syncFound(persistenceId);
        }
        for (long sequenceNr : sequenceNrs) {
            if (inRange(sequenceNr, criteria)) {
                SnapshotHeader header = read(persistenceId, sequenceNr, SnapshotFile::readHeader);
                if (criteria.matches(header.pekkoMetadata())) {
                    return Optional.of(read(persistenceId, sequenceNr, SnapshotFile::read));
                }
            }
        }
        return Optional.empty();
    }

    void delete(String persistenceId, SnapshotSelectionCriteria criteria) {
        open();
        // Without bounds in time the names say enough, and so even a damaged file can be deleted.
        boolean anyTime = criteria.minTimestamp() <= 0 && criteria.maxTimestamp() == Long.MAX_VALUE;
        boolean deleted = false;
        for (long sequenceNr : sequenceNrs(persistenceId)) {
            if (inRange(sequenceNr, criteria)
                    && (anyTime
                            || criteria.matches(read(persistenceId, sequenceNr, SnapshotFile::readHeader)
                                    .pekkoMetadata()))) {
                remove(persistenceId, sequenceNr);
                deleted = true;
            }
        }
        if (deleted) {
            syncAfterDelete(persistenceId);
        }
    }

    /** Deletes one snapshot. Timestamp 0 means any; another one must match. */
    void delete(String persistenceId, long sequenceNr, long timestamp) {
        open();
        if (!Files.exists(file(home(persistenceId), sequenceNr))) {
            return;
        }
        if (timestamp == 0
                || read(persistenceId, sequenceNr, SnapshotFile::readHeader).timestamp() == timestamp) {
            remove(persistenceId, sequenceNr);
            syncAfterDelete(persistenceId);
        }
    }

    private static boolean inRange(long sequenceNr, SnapshotSelectionCriteria criteria) {
        return sequenceNr <= criteria.maxSequenceNr() && sequenceNr >= criteria.minSequenceNr();
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read(Path file) throws IOException;
    }

    private <T> T read(String persistenceId, long sequenceNr, Reading<T> reading) {
        Path file = file(home(persistenceId), sequenceNr);
        try {
            T read = reading.read(file);
            SnapshotHeader header = read instanceof LoadedSnapshot loaded ? loaded.header() : (SnapshotHeader) read;
            if (!header.persistenceId().equals(persistenceId) || header.sequenceNr() != sequenceNr) {
                throw new StorageException.Corrupt(
                        "it says that it is snapshot " + header.sequenceNr() + " of " + header.persistenceId());
            }
            return read;
        } catch (StorageException.Corrupt e) {
            throw new StorageException.Corrupt(
                    "Snapshot " + sequenceNr + " of " + persistenceId + ", file " + file + ", cannot be read: "
                            + e.getMessage() + ". If a newer release has run here, run that release again. Otherwise"
                            + " check the disk and restore the file from a backup, or start with this directory and its"
                            + " journal moved away so that this node is rebuilt from the others",
                    e);
        } catch (IOException e) {
            throw failure("cannot read snapshot " + sequenceNr + " of " + persistenceId, e);
        }
    }

    /** Newest first. */
    private List<Long> sequenceNrs(String persistenceId) {
        Path home = home(persistenceId);
        try (var files = Files.list(home)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(java.util.regex.Matcher::matches)
                    .map(name -> Long.parseLong(name.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw failure("cannot list the snapshots of " + persistenceId, e);
        } catch (UncheckedIOException e) {
            throw failure("cannot list the snapshots of " + persistenceId, e.getCause());
        }
    }

    private void remove(String persistenceId, long sequenceNr) {
        try {
            Files.deleteIfExists(file(home(persistenceId), sequenceNr));
        } catch (IOException e) {
            throw failure("cannot delete snapshot " + sequenceNr + " of " + persistenceId, e);
        }
    }

    /** Who saved what is found here may have been stopped, or have failed, before its name was on disk. Whoever goes on from it relies on it. */
    private void syncFound(String persistenceId) {
        try {
            syncNames(home(persistenceId));
        } catch (IOException e) {
            throw failure("cannot make sure that the snapshots of " + persistenceId + " are on disk", e);
        }
    }

    /** Also the name of the directory itself: when that was created, the sync after it may have failed. */
    private void syncNames(Path home) throws IOException {
        disk.sync(home);
        disk.sync(directory);
    }

    /** So that a deleted snapshot does not come back with a power cut. */
    private void syncAfterDelete(String persistenceId) {
        try {
            disk.sync(home(persistenceId));
        } catch (IOException e) {
            throw failure("cannot delete snapshots of " + persistenceId, e);
        }
    }

    private Path home(String persistenceId) {
        return directory.resolve(SnapshotNames.directory(persistenceId));
    }

    private static Path file(Path home, long sequenceNr) {
        return home.resolve(String.format(Locale.ROOT, "%019d.snapshot", sequenceNr));
    }

    private StorageException failure(String what, Exception e) {
        return new StorageException(
                "The snapshot directory " + directory + " " + what + ": " + e
                        + ". Check free space, permissions and the disk; saving again is safe",
                e);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        health.close();
        if (lock.isPresent()) {
            lock.get().close();
        }
    }
}
