package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One open RocksDB: its options, column families and native memory. Not thread-safe as to {@link #close}: whoever closes
 * makes sure that nobody reads or writes any more, because a native handle used after its end kills the process.
 */
final class RocksEngine implements AutoCloseable {
    private static final byte[] EVENTS = "events".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] META = "meta".getBytes(StandardCharsets.US_ASCII);
    private static final long INFO_LOG_BYTES = 4L << 20;
    private static final long STALL_POLL_NANOS = 500_000;
    private static final int INFO_LOG_FILES = 4;

    static {
        RocksDB.loadLibrary();
    }

    /** Everything native, closed in the reverse order of its making. */
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    private final WriteOptions durable = own(new WriteOptions().setSync(true).setNoSlowdown(true));
    /** Lives as long as the engine: it may be cancelled at any time. */
    private final CompactRangeOptions compaction = own(new CompactRangeOptions()
            .setExclusiveManualCompaction(false)
            // Only then does a compaction that has begun hear of a later one.
            .setCanceled(false));

    private final long stallNanos;
    private final RocksDB db;
    private final ColumnFamilyHandle events;
    private final ColumnFamilyHandle meta;

    private RocksEngine(JournalSettings settings, boolean mayCreate, UnaryOperator<DBOptions> amended)
            throws RocksDBException {
        stallNanos = settings.stallTimeout().toNanos();
        try {
            var cache = own(new LRUCache(settings.blockCache()));
            var small = own(new ColumnFamilyOptions());
            var large = own(new ColumnFamilyOptions())
                    .setWriteBufferSize(settings.writeBuffer())
                    .setMaxWriteBufferNumber(settings.writeBuffers())
                    .setCompressionType(settings.compression());
            small.setWriteBufferSize(1 << 20).setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
            large.setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
            var handles = new ArrayList<ColumnFamilyHandle>();
            var families = List.of(
                    new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, small),
                    new ColumnFamilyDescriptor(EVENTS, large),
                    new ColumnFamilyDescriptor(META, small));
            db = own(RocksDB.open(
                    own(amended.apply(options(settings, mayCreate))),
                    settings.directory().toString(),
                    families,
                    handles));
            handles.forEach(this::own);
            events = handles.get(1);
            meta = handles.get(2);
        } catch (RocksDBException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens or creates the database.
     *
     * @param mayCreate not where this process had it open before: an empty one, as where its disk is not mounted any more, would forget what it has promised
     * @throws StorageException.Corrupt when the files are damaged or incomplete
     * @throws StorageException when it cannot be opened now: locked, no space, no permission
     */
    static RocksEngine open(JournalSettings settings, boolean mayCreate) {
        return open(settings, mayCreate, UnaryOperator.identity());
    }

    /** With options amended, so that a test can let RocksDB count what it does. */
    static RocksEngine open(JournalSettings settings, boolean mayCreate, UnaryOperator<DBOptions> amended) {
        Path directory = settings.directory();
        try {
            if (mayCreate) {
                DiskSync.TO_DISK.create(directory);
            }
            refuseIfHeadless(directory, mayCreate);
            return new RocksEngine(settings, mayCreate, amended);
        } catch (IOException e) {
            throw new StorageException(
                    "Cannot create or read the journal directory " + directory + " (" + e
                            + "). Check that it exists, may" + " be written by this user, and that its disk is mounted",
                    e);
        } catch (RocksDBException e) {
            throw RocksErrors.atOpen(directory, e);
        }
    }

    private static DBOptions options(JournalSettings settings, boolean mayCreate) {
        // This one switch has no Java setter. With it a whole write-ahead file that went missing, or lost synced
        // bytes, is an error at open and not a silently shorter history.
        var properties = new Properties();
        properties.setProperty("track_and_verify_wals_in_manifest", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(properties);
        if (options == null) {
            throw new IllegalStateException("this rocksdbjni does not know " + properties);
        }
        return options.setCreateIfMissing(mayCreate)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                // A crash may cut the last, never confirmed, write short: that much is tolerated. Damage before it
                // must stop the start. kPointInTimeRecovery, RocksDB's default, would drop all that follows the
                // damage, confirmed or not, and kAbsoluteConsistency would not start after an ordinary crash.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setMaxTotalWalSize(settings.walLimit())
                .setMaxBackgroundJobs(settings.backgroundJobs())
                // All files stay open and are looked at on opening, so that damage is found at the start.
                .setMaxOpenFiles(-1)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setMaxLogFileSize(INFO_LOG_BYTES)
                .setKeepLogFileNum(INFO_LOG_FILES);
    }

    /** RocksDB founds a new, empty database where CURRENT is missing, even over the files of an old one. */
    private static void refuseIfHeadless(Path directory, boolean mayCreate) throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) {
            return;
        }
        try (var files = Files.list(directory)) {
            Optional<Path> orphan = files.filter(
                            f -> f.toString().endsWith(".sst") || f.toString().endsWith(".log"))
                    .findFirst();
            if (orphan.isPresent()) {
                throw RocksErrors.corrupt(
                        directory,
                        "the file " + directory.resolve("CURRENT") + " is missing although there is data such as "
                                + orphan.get().getFileName(),
                        null);
            }
        }
        if (!mayCreate) {
            throw new StorageException("The journal in " + directory
                    + " does not exist any more, and this process had it open: check that its disk is mounted; the journal retries"
                    + " by itself");
        }
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.push(resource);
        return resource;
    }

    /**
     * Returns when the batch is on disk. When RocksDB cannot take it, because its buffers wait for a slow disk, this waits
     * itself: RocksDB would wait without end while it tries to recover from a full disk, and nobody would hear of it.
     */
    void commit(WriteBatch batch) throws RocksDBException {
        long began = System.nanoTime();
        while (true) {
            try {
                db.write(durable, batch);
                return;
            } catch (RocksDBException e) {
                // Incomplete means that nothing of the batch was written.
                boolean stalled = e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
                if (!stalled || System.nanoTime() - began >= stallNanos) {
                    throw e;
                }
                LockSupport.parkNanos(STALL_POLL_NANOS);
            }
        }
    }

    void putEvent(WriteBatch batch, byte[] key, byte[] value) throws RocksDBException {
        batch.put(events, key, value);
    }

    void deleteEvents(WriteBatch batch, byte[] from, byte[] until) throws RocksDBException {
        batch.deleteRange(events, from, until);
    }

    /** What the files of events take on the disk. */
    long eventFileBytes() {
        return db.getColumnFamilyMetaData(events).size();
    }

    /**
     * Writes the files of events anew, without what was deleted. Blocks for as long as the disk takes; commits go on beside it. Takes at most
     * {@link #eventFileBytes} and what is in memory for it. Ends early, without an error, when it is cancelled.
     */
    void compactEvents() throws RocksDBException {
        try (var flush = new FlushOptions().setWaitForFlush(true)) {
            // The write-ahead files go when no family needs them any more.
            db.flush(flush, List.of(events, meta));
            db.compactRange(events, null, null, compaction);
        } catch (RocksDBException e) {
            if (!compaction.canceled()) {
                throw e;
            }
        }
    }

    /** Lets a compaction that was asked for end early, and each further one. */
    void cancelCompaction() {
        compaction.setCanceled(true);
    }

    void putMeta(WriteBatch batch, byte[] key, byte[] value) throws RocksDBException {
        batch.put(meta, key, value);
    }

    Optional<byte[]> meta(byte[] key) throws RocksDBException {
        return Optional.ofNullable(db.get(meta, key));
    }

    /** The events with keys in {@code [from, until)}; nothing outside is touched, deleted ranges included. */
    EventCursor events(byte[] from, byte[] until) {
        return new EventCursor(db, events, from, until);
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                failure = failure == null ? new StorageException("closing RocksDB failed", e) : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
