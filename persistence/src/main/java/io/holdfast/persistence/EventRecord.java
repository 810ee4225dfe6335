package io.holdfast.persistence;

import static io.holdfast.persistence.SealedRecord.putBlob;
import static io.holdfast.persistence.SealedRecord.text;
import static io.holdfast.persistence.SealedRecord.utf8;

import java.util.Optional;

/**
 * One event as it lies in the journal, format version 1, in a {@link SealedRecord} bound to the sequence number: timestamp (64 bits),
 * event manifest, writer UUID, payload, a flag, and the event's metadata when the flag is 1. This format is for ever: a
 * change is a new version beside it.
 *
 * @param timestamp milliseconds since the epoch as Pekko set them
 * @param manifest the event adapter's manifest, often empty
 * @param writerUuid the incarnation of the persistent actor that wrote it
 */
public record EventRecord(
        long timestamp,
        String manifest,
        String writerUuid,
        SerializedObject payload,
        Optional<SerializedObject> metadata) {

    private static final byte VERSION = 1;

    public byte[] encode(long sequenceNr) {
        byte[] manifestBytes = utf8(manifest);
        byte[] writerBytes = utf8(writerUuid);
        int size = Long.BYTES
                + Integer.BYTES
                + manifestBytes.length
                + Integer.BYTES
                + writerBytes.length
                + payload.size()
                + SerializedObject.optionalSize(metadata);
        var record = SealedRecord.allocate(VERSION, size).putLong(timestamp);
        putBlob(putBlob(record, manifestBytes), writerBytes);
        payload.writeTo(record);
        SerializedObject.writeOptional(metadata, record);
        return SealedRecord.seal(record, sequenceNr);
    }

    public static EventRecord decode(byte[] record, long sequenceNr) {
        return SealedRecord.open(
                record,
                VERSION,
                sequenceNr,
                body -> new EventRecord(
                        body.getLong(),
                        text(body),
                        text(body),
                        SerializedObject.readFrom(body),
                        SerializedObject.readOptional(body)));
    }
}
