package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.SealedRecord;
import io.holdfast.persistence.StorageException;

/**
 * What the journal keeps of one persistence id beside its events, format version 1, in a {@link SealedRecord}: the
 * numeric id (32 bits) that its event keys begin with, and two sequence numbers (64 bits each). Written when the id is
 * first seen and at every deletion, not at every event: the newest event's key says the highest number otherwise.
 *
 * @param id at least 1, never given to another persistence id
 * @param deletedTo events up to this number are gone, 0 when none are
 * @param highest the highest number known when this was written; survives the deletion of all events
 */
record StreamRecord(int id, long deletedTo, long highest) {

    private static final byte VERSION = 1;

    StreamRecord {
        if (id < 1 || deletedTo < 0 || highest < deletedTo) {
            throw new StorageException.Corrupt("impossible stream record: id " + id + ", deleted to " + deletedTo
                    + ", highest sequence number " + highest);
        }
    }

    byte[] encode() {
        var record = SealedRecord.allocate(VERSION, Integer.BYTES + 2 * Long.BYTES);
        return SealedRecord.seal(record.putInt(id).putLong(deletedTo).putLong(highest), 0);
    }

    static StreamRecord decode(byte[] record) {
        return SealedRecord.open(
                record, VERSION, 0, body -> new StreamRecord(body.getInt(), body.getLong(), body.getLong()));
    }
}
