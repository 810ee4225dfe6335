package io.holdfast.persistence.rocksdb;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A walk over a range of event keys, on one consistent view of the database. For one thread; must be closed. */
final class EventCursor implements AutoCloseable {
    private final Slice lower;
    private final Slice upper;
    private final ReadOptions options;
    private final RocksIterator iterator;

    EventCursor(RocksDB db, ColumnFamilyHandle events, byte[] from, byte[] until) {
        lower = new Slice(from);
        upper = new Slice(until);
        // A replay reads everything once: it must not push other blocks out of the small cache.
        options = new ReadOptions()
                .setIterateLowerBound(lower)
                .setIterateUpperBound(upper)
                .setFillCache(false);
        iterator = db.newIterator(events, options);
    }

    /** Whether there is an event to start with. */
    boolean first() throws RocksDBException {
        iterator.seekToFirst();
        return valid();
    }

    boolean last() throws RocksDBException {
        iterator.seekToLast();
        return valid();
    }

    boolean next() throws RocksDBException {
        iterator.next();
        return valid();
    }

    long sequenceNr() {
        return JournalKeys.sequenceNr(iterator.key());
    }

    byte[] value() {
        return iterator.value();
    }

    private boolean valid() throws RocksDBException {
        boolean valid = iterator.isValid();
        if (!valid) {
            // An iterator that met a damaged block ends like one that is through. Only its status tells them apart.
            iterator.status();
        }
        return valid;
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        upper.close();
        lower.close();
    }
}
