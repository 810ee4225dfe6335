package io.holdfast.server.partition;

import io.holdfast.config.PersistenceSettings;
import io.holdfast.persistence.rocksdb.RocksStorage;
import io.holdfast.server.membership.IncidentLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
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
    private static final long SNAPSHOT_BYTES_A_MILLI = 20 << 10;

    private static final long BETWEEN_SNAPSHOTS_NANOS = Duration.ofMillis(100).toNanos();
    /** Is left by a snapshot. */
    private static final long MARGIN = 64 << 20;

    /** Free bytes that are not known. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** While the node tidies up: what replicas delete meanwhile is given back in turn. */
    private static final Duration RECLAIM_EVERY = Duration.ofSeconds(10);

    private final String node;
    private final long reserveBytes;
    private final LongConsumer reclaim;
    private final LongSupplier nanos;
    private final IncidentLog incidents;
    private volatile long freeBytes = UNKNOWN;
    private volatile boolean low;
    private long nextSnapshotNanos;
    // For the thread that looks.
    private boolean failing;

    /**
     * @param node as incidents call it
     * @param reserveBytes what is kept for what must be written in any case
     * @param reclaim gives back what was deleted, and takes no more for it than it is given; may block and fail
     * @param nanos a monotonic clock
     */
    DataDisk(String node, long reserveBytes, LongConsumer reclaim, LongSupplier nanos, IncidentLog incidents) {
        this.node = node;
        this.reserveBytes = reserveBytes;
        this.reclaim = reclaim;
        this.nanos = nanos;
        this.incidents = incidents;
        this.nextSnapshotNanos = nanos.getAsLong();
    }

    /** Nobody looks: there is always room. */
    public static DataDisk unwatched() {
        return new DataDisk("", 0, free -> {}, System::nanoTime, new IncidentLog(System::currentTimeMillis));
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
                List.of(RocksStorage.journalIn(rocksdb.dir()), RocksStorage.snapshotsIn(rocksdb.snapshotDir()));
        disk.look(directories);
        repeat(system, INTERVAL, () -> disk.look(directories));
        // By itself: it may take long, and the disk is looked at meanwhile.
        repeat(system, RECLAIM_EVERY, disk::giveBack);
        return disk;
    }

    private static void repeat(ActorSystem<?> system, Duration pause, Runnable task) {
        system.scheduler()
                .scheduleWithFixedDelay(pause, pause, task, system.dispatchers().lookup(DispatcherSelector.blocking()));
    }

    /** On the fuller of the disks; empty if it is not known. */
    public OptionalLong freeBytes() {
        long known = freeBytes;
        return known == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(known);
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
        nextSnapshotNanos = now + BETWEEN_SNAPSHOTS_NANOS + bytes / SNAPSHOT_BYTES_A_MILLI * 1_000_000L;
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

    synchronized void found(long nowFree) {
        freeBytes = nowFree;
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

    private boolean tight() {
        return freeBytes < TIDY_FROM * reserveBytes;
    }

    void giveBack() {
        if (!tight()) {
            return;
        }
        try {
            reclaim.accept(freeBytes);
        } catch (RuntimeException e) {
            LOG.warn("What was deleted could not be given back to the disk; it is tried again: {}", e.toString());
        }
    }
}
