package io.holdfast.server.partition;

import io.holdfast.config.PersistenceSettings;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.rocksdb.RocksStorage;
import io.holdfast.server.membership.IncidentLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the disks of this node's journal and snapshots have room for more data. All sites hold the same, so their disks fill at about the same time, and
 * where they are full nothing can be served any more, not even the deletions that would help; so what brings more is refused before. Thread-safe.
 *
 * <p>A journal in Cassandra is not watched: its disks are not this node's.
 */
public final class DataDisk {
    private static final Logger LOG = LoggerFactory.getLogger(DataDisk.class);
    /** What comes between two looks must find place in the reserve. */
    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** Low ends above where it begins: each file that is compacted would come and go with it. */
    private static final double ROOM_AGAIN = 1.25;
    /** From so many times the reserve on the node tidies up, while there is still room to do it in. */
    private static final int TIDY_FROM = 2;
    /** One snapshot after the other is saved to tidy up: all at once would need a second copy of everything. */
    private static final long SNAPSHOT_BYTES_A_SECOND = 20 << 20;

    private static final long BETWEEN_SNAPSHOTS_NANOS = Duration.ofMillis(100).toNanos();
    /** Is left by a snapshot. */
    private static final long MARGIN = 64 << 20;

    /** Free bytes that are not known. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** While the node tidies up: what replicas delete meanwhile is given back in turn. */
    private static final Duration RECLAIM_EVERY = Duration.ofSeconds(10);

    private final String node;
    private final long reserveBytes;
    private final Reclaim reclaim;
    private final LongSupplier nanos;
    private final IncidentLog incidents;
    private final AtomicLong journalBytes = new AtomicLong();
    private volatile long freeBytes = UNKNOWN;
    private volatile boolean low;
    private long nextSnapshotNanos;
    // For the thread that looks.
    private long reclaimedNanos;
    private boolean failing;

    /** Gives the disk what was deleted. May block. */
    @FunctionalInterface
    interface Reclaim {
        /**
         * @param freeBytes no more is taken for it
         * @param liveBytes what the journal holds that has not been deleted, roughly
         * @throws StorageException if it cannot be done now
         */
        void reclaim(long freeBytes, long liveBytes);
    }

    /** What one replica's journal holds; at most one thread at a time may use it. */
    final class Share {
        private long bytes;

        void set(long nowBytes) {
            journalBytes.addAndGet(nowBytes - bytes);
            bytes = nowBytes;
        }
    }

    /**
     * @param node as incidents call it
     * @param reserveBytes what is kept for what must be written in any case
     * @param reclaim see {@link Reclaim}
     * @param nanos a monotonic clock
     */
    DataDisk(String node, long reserveBytes, Reclaim reclaim, LongSupplier nanos, IncidentLog incidents) {
        this.node = node;
        this.reserveBytes = reserveBytes;
        this.reclaim = reclaim;
        this.nanos = nanos;
        this.incidents = incidents;
        this.nextSnapshotNanos = nanos.getAsLong();
        this.reclaimedNanos = nextSnapshotNanos;
    }

    /** Nobody looks: there is always room. */
    public static DataDisk unwatched() {
        return new DataDisk("", 0, (free, live) -> {}, System::nanoTime, new IncidentLog(System::currentTimeMillis));
    }

    /** Looks at once, and again and again until the system ends. */
    public static DataDisk watch(
            ActorSystem<?> system, String node, PersistenceSettings persistence, IncidentLog incidents) {
        if (persistence.journal() != PersistenceSettings.Journal.ROCKSDB) {
            return unwatched();
        }
        PersistenceSettings.Rocksdb rocksdb = persistence.rocksdb();
        var disk = new DataDisk(
                node, rocksdb.diskReserveBytes(), RocksStorage.get(system)::reclaim, System::nanoTime, incidents);
        List<Path> directories =
                List.of(rocksdb.dir().resolve("journal"), rocksdb.snapshotDir().resolve("snapshots"));
        disk.look(directories);
        system.scheduler()
                .scheduleWithFixedDelay(
                        INTERVAL,
                        INTERVAL,
                        () -> disk.look(directories),
                        system.dispatchers().lookup(DispatcherSelector.blocking()));
        return disk;
    }

    /** On the fuller of the disks; empty if it is not known. */
    public OptionalLong freeBytes() {
        long known = freeBytes;
        return known == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(known);
    }

    Share share() {
        return new Share();
    }

    /** Whether writes that bring more data are to be refused. */
    public boolean low() {
        return low;
    }

    /**
     * Whether a replica may save a snapshot of this size now to free the disk. They take turns, at a pace that lets each go before the next: an old
     * snapshot and the journal's part go when the new one is there.
     */
    synchronized boolean maySnapshot(long bytes) {
        long now = nanos.getAsLong();
        if (!tight() || freeBytes < 2 * bytes + MARGIN || now - nextSnapshotNanos < 0) {
            return false;
        }
        nextSnapshotNanos = now + BETWEEN_SNAPSHOTS_NANOS + bytes * 1_000_000_000L / SNAPSHOT_BYTES_A_SECOND;
        return true;
    }

    /** A disk that does not tell is not judged: the journal finds out by itself whether it can write. */
    private void look(List<Path> directories) {
        try {
            long least = UNKNOWN;
            for (Path directory : directories) {
                least = Math.min(least, Files.getFileStore(existing(directory)).getUsableSpace());
            }
            failing = false;
            found(least);
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                LOG.warn(
                        "The free space of {} cannot be asked for: {}. It is tried again; nothing is refused for it",
                        directories,
                        e.toString());
            }
            failing = true;
            found(UNKNOWN);
        }
    }

    /** Before the first start it has yet to be made. */
    private static Path existing(Path directory) {
        Path found = directory;
        while (!Files.exists(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found;
    }

    /** For one thread at a time. */
    void found(long nowFree) {
        freeBytes = nowFree;
        judge(nowFree);
        if (!tight()) {
            // Snapshots that free the journal come first when it becomes so.
            reclaimedNanos = nanos.getAsLong();
        } else if (nanos.getAsLong() - reclaimedNanos >= RECLAIM_EVERY.toNanos()) {
            giveBack();
        }
    }

    private boolean tight() {
        return freeBytes < TIDY_FROM * reserveBytes;
    }

    private synchronized void judge(long nowFree) {
        if (!low && nowFree < reserveBytes) {
            low = true;
            incidents.report(
                    "disk-low",
                    node,
                    "the disk of the journal or the snapshots has " + (nowFree >> 20) + " MiB free, less than the "
                            + (reserveBytes >> 20) + " MiB of persistence.rocksdb.disk-reserve",
                    "writes that bring more are refused at all sites: free space on the disk, or delete data");
        } else if (low && nowFree >= reserveBytes * ROOM_AGAIN) {
            low = false;
            incidents.recovered("disk-low", node);
        }
    }

    private void giveBack() {
        try {
            reclaim.reclaim(freeBytes, journalBytes.get());
        } catch (StorageException e) {
            LOG.warn("What was deleted could not be given back to the disk; it is tried again: {}", e.getMessage());
        }
        reclaimedNanos = nanos.getAsLong();
    }
}
