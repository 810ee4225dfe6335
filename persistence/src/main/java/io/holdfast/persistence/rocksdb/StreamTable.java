package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.StorageException;
import java.util.HashMap;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Turns requests into the puts and deletes of one write batch, and knows every stream's id and highest sequence number.
 * For the writer thread alone. It runs ahead of the disk by the batch that is being built: after a failed commit its
 * knowledge is void and {@link #forget} must be called.
 */
final class StreamTable {
    /** A cache over the database, not state: past this size it starts anew. */
    private static final int CACHE_LIMIT = 100_000;

    private final RocksEngine engine;
    private final Map<String, StreamRecord> streams = new HashMap<>();
    /** The last numeric id given, or -1 when it has to be read. */
    private int lastId = -1;

    StreamTable(RocksEngine engine) {
        this.engine = engine;
    }

    void append(JournalRequest.Append request, WriteBatch batch) throws RocksDBException {
        String persistenceId = request.persistenceId();
        long highest = highest(persistenceId);
        for (var event : request.events()) {
            if (event.sequenceNr() <= highest) {
                // Overwriting an event that was confirmed to somebody else would fork history without a trace.
                throw new StorageException("Event " + event.sequenceNr() + " of " + persistenceId
                        + " was refused: the journal already holds numbers up to " + highest
                        + ". Two actors write with this persistence id; stop one of them");
            }
            highest = event.sequenceNr();
        }
        StreamRecord stream = streams.get(persistenceId);
        if (stream == null) {
            stream = found(persistenceId, batch);
        }
        for (var event : request.events()) {
            engine.putEvent(batch, JournalKeys.event(stream.id(), event.sequenceNr()), event.record());
        }
        streams.put(persistenceId, new StreamRecord(stream.id(), stream.deletedTo(), highest));
    }

    void delete(JournalRequest.Delete request, WriteBatch batch) throws RocksDBException {
        long highest = highest(request.persistenceId());
        long to = Math.min(request.toSequenceNr(), highest);
        StreamRecord stream = streams.get(request.persistenceId());
        if (stream == null || to <= stream.deletedTo()) {
            return;
        }
        // Ranges do not overlap, so that RocksDB has one small tombstone a deletion until compaction drops it,
        // and readers start behind deletedTo and never walk over tombstones.
        engine.deleteEvents(
                batch, JournalKeys.event(stream.id(), stream.deletedTo() + 1), JournalKeys.event(stream.id(), to + 1));
        var after = new StreamRecord(stream.id(), to, highest);
        engine.putMeta(batch, JournalKeys.stream(request.persistenceId()), after.encode());
        streams.put(request.persistenceId(), after);
    }

    /** 0 when the stream is not known. */
    long highest(String persistenceId) throws RocksDBException {
        StreamRecord known = streams.get(persistenceId);
        if (known != null) {
            return known.highest();
        }
        var stored = engine.meta(JournalKeys.stream(persistenceId)).map(StreamRecord::decode);
        if (stored.isEmpty()) {
            return 0;
        }
        StreamRecord stream = stored.get();
        long highest = stream.highest();
        try (var cursor = engine.events(
                JournalKeys.event(stream.id(), stream.deletedTo() + 1),
                JournalKeys.event(stream.id(), Long.MAX_VALUE))) {
            if (cursor.last()) {
                highest = Math.max(highest, cursor.sequenceNr());
            }
        }
        streams.put(persistenceId, new StreamRecord(stream.id(), stream.deletedTo(), highest));
        return highest;
    }

    /** Called after a commit, never between building a batch and committing it. */
    void trim() {
        if (streams.size() > CACHE_LIMIT) {
            forget();
        }
    }

    void forget() {
        streams.clear();
        lastId = -1;
    }

    private StreamRecord found(String persistenceId, WriteBatch batch) throws RocksDBException {
        if (lastId < 0) {
            lastId = engine.meta(JournalKeys.LAST_ID).map(JournalKeys::lastId).orElse(0);
        }
        lastId = Math.addExact(lastId, 1);
        var stream = new StreamRecord(lastId, 0, 0);
        engine.putMeta(batch, JournalKeys.LAST_ID, JournalKeys.lastId(lastId));
        engine.putMeta(batch, JournalKeys.stream(persistenceId), stream.encode());
        return stream;
    }
}
