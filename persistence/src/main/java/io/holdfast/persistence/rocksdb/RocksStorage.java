package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage directories that an actor system uses, and how they are doing. A directory is opened when the first plugin
 * that names it starts, shared by all that name it, and closed before {@code getWhenTerminated} completes. Thread-safe.
 */
public final class RocksStorage implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(RocksStorage.class);
    private static final SharedByDirectory<JournalDatabase> JOURNALS = new SharedByDirectory<>();
    private static final SharedByDirectory<SnapshotDirectory> SNAPSHOTS = new SharedByDirectory<>();

    private static final class Id extends AbstractExtensionId<RocksStorage> {
        private static final Id INSTANCE = new Id();

        @Override
        public RocksStorage createExtension(ExtendedActorSystem system) {
            return new RocksStorage(system);
        }
    }

    private final Map<Path, JournalDatabase> journals = new HashMap<>();
    private final Map<Path, SnapshotDirectory> snapshots = new HashMap<>();
    private final List<HealthCell> cells = new CopyOnWriteArrayList<>();
    private final List<Consumer<StorageHealth>> listeners = new CopyOnWriteArrayList<>();
    private BatchCommit commit = BatchCommit.TO_DISK;

    private RocksStorage(ActorSystem system) {
        system.registerOnTermination(this::close);
    }

    public static RocksStorage get(ClassicActorSystemProvider system) {
        return Id.INSTANCE.get(system);
    }

    /** Where the files of a journal are. @param dir key {@code dir} of the journal plugin */
    public static Path journalIn(Path dir) {
        return dir.resolve("journal");
    }

    /** Where the files of snapshots are. @param dir key {@code dir} of the snapshot plugin */
    public static Path snapshotsIn(Path dir) {
        return dir.resolve("snapshots");
    }

    /** What who has the journal or the snapshots in a directory has locked: RocksDB's name, and that of the snapshots' lock. */
    public static Path lockIn(Path directory) {
        return directory.resolve("LOCK");
    }

    /** The health of every directory opened so far, journals and snapshots each by themselves. */
    public List<StorageHealth> health() {
        return cells.stream().map(HealthCell::current).toList();
    }

    /**
     * Tells the listener the present state of every directory, now and whenever one is opened, and every change of state. It is called on storage
     * threads, one directory's changes in order: it must be quick and must not block. An exception from it is logged.
     *
     * @return ends the subscription when run
     */
    public synchronized Runnable subscribe(Consumer<StorageHealth> listener) {
        listeners.add(listener);
        cells.forEach(cell -> cell.subscribe(listener));
        return () -> unsubscribe(listener);
    }

    private synchronized void unsubscribe(Consumer<StorageHealth> listener) {
        listeners.remove(listener);
        cells.forEach(cell -> cell.unsubscribe(listener));
    }

    /**
     * Gives the disks back what deleted events of the open journals still take. Blocks, for seconds where much is left. May be repeated.
     *
     * @param freeBytes of the fullest of the disks; no more is taken for it
     * @throws StorageException if a journal cannot do it now; nothing is lost
     */
    public void reclaim(long freeBytes) {
        List<JournalDatabase> open;
        synchronized (this) {
            open = List.copyOf(journals.values());
        }
        open.forEach(journal -> journal.reclaim(freeBytes));
    }

    /** Lets a test stand between the journals that are opened from now on and the disk. */
    synchronized void interceptCommits(BatchCommit interceptor) {
        commit = interceptor;
    }

    synchronized JournalDatabase journal(JournalSettings settings) {
        JournalDatabase known = journals.get(settings.directory());
        if (known == null) {
            known = JOURNALS.acquire(
                    settings.directory(), () -> new JournalDatabase(settings, Clock.systemUTC(), commit));
            journals.put(settings.directory(), known);
            watch(known.health());
        }
        if (!known.settings().equals(settings)) {
            LOG.warn(
                    "{} is open with {}; other settings for it are ignored: {}",
                    settings.directory(),
                    known.settings(),
                    settings);
        }
        return known;
    }

    synchronized SnapshotDirectory snapshots(Path directory) {
        return snapshots.computeIfAbsent(directory, absent -> {
            var opened = SNAPSHOTS.acquire(directory, () -> new SnapshotDirectory(directory, Clock.systemUTC()));
            watch(opened.health());
            return opened;
        });
    }

    private void watch(HealthCell cell) {
        cells.add(cell);
        listeners.forEach(cell::subscribe);
    }

    private synchronized void close() {
        journals.keySet().forEach(directory -> release(JOURNALS, directory));
        snapshots.keySet().forEach(directory -> release(SNAPSHOTS, directory));
        journals.clear();
        snapshots.clear();
    }

    /** One directory that does not close must not keep the others open. */
    private static void release(SharedByDirectory<?> shared, Path directory) {
        try {
            shared.release(directory);
        } catch (StorageException e) {
            LOG.error(e.getMessage(), e);
        }
    }
}
