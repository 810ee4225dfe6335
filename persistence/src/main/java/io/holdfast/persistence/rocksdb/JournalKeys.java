package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.SealedRecord;
import java.nio.ByteBuffer;

/**
 * Keys, durable for ever. An event: numeric stream id (32 bits) and sequence number (64 bits), both big endian, so that
 * one persistence id's events lie together in order. Metadata: one letter, then the persistence id in UTF-8 for streams.
 */
final class JournalKeys {
    /** Value: the last numeric id given, as a {@link SealedRecord}. */
    static final byte[] LAST_ID = {'n'};

    private JournalKeys() {}

    static byte[] event(int streamId, long sequenceNr) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(streamId)
                .putLong(sequenceNr)
                .array();
    }

    static long sequenceNr(byte[] eventKey) {
        return ByteBuffer.wrap(eventKey).getLong(Integer.BYTES);
    }

    static byte[] stream(String persistenceId) {
        byte[] name = SealedRecord.utf8(persistenceId);
        return ByteBuffer.allocate(1 + name.length).put((byte) 'p').put(name).array();
    }

    static byte[] lastId(int id) {
        var record = SealedRecord.allocate((byte) 1, Integer.BYTES);
        return SealedRecord.seal(record.putInt(id), 0);
    }

    static int lastId(byte[] record) {
        return SealedRecord.open(record, (byte) 1, 0, ByteBuffer::getInt);
    }
}
