package io.holdfast.persistence;

import static io.holdfast.persistence.SealedRecord.putBlob;
import static io.holdfast.persistence.SealedRecord.text;
import static io.holdfast.persistence.SealedRecord.utf8;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.pekko.persistence.SnapshotMetadata;

/**
 * What is known of a snapshot beside its content, format version 1, a {@link SealedRecord}: sequence number, timestamp,
 * persistence id, a flag and the metadata when it is 1, serializer id, manifest, length and CRC32C of the content. This format is for
 * ever: a change is a new version beside it.
 *
 * @param contentLength bytes, below 2 GiB because Pekko's serializers make one array
 */
public record SnapshotHeader(
        long sequenceNr,
        long timestamp,
        String persistenceId,
        Optional<SerializedObject> metadata,
        int serializerId,
        String manifest,
        long contentLength,
        int contentChecksum) {

    private static final byte VERSION = 1;

    public static SnapshotHeader describe(
            long sequenceNr,
            long timestamp,
            String persistenceId,
            Optional<SerializedObject> metadata,
            SerializedObject content) {
        return new SnapshotHeader(
                sequenceNr,
                timestamp,
                persistenceId,
                metadata,
                content.serializerId(),
                content.manifest(),
                content.bytes().length,
                checksum(content.bytes()));
    }

    /** Without Pekko's own metadata, whose payload only a serializer can read. */
    public SnapshotMetadata pekkoMetadata() {
        return SnapshotMetadata.apply(persistenceId, sequenceNr, timestamp);
    }

    /**
     * The content as an object, if it is what was saved.
     *
     * @throws StorageException.Corrupt if it is not
     */
    public SerializedObject verified(byte[] content) {
        if (content.length != contentLength) {
            throw new StorageException.Corrupt(
                    "it holds " + content.length + " bytes of content where " + contentLength + " were written");
        }
        int actual = checksum(content);
        if (actual != contentChecksum) {
            throw new StorageException.Corrupt(String.format(
                    Locale.ROOT, "the CRC32C of its content is %08x where %08x was written", actual, contentChecksum));
        }
        return new SerializedObject(serializerId, manifest, content);
    }

    private static int checksum(byte[] content) {
        var crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }

    public byte[] encode() {
        byte[] id = utf8(persistenceId);
        byte[] manifestBytes = utf8(manifest);
        int size = 3 * Long.BYTES
                + 4 * Integer.BYTES
                + id.length
                + manifestBytes.length
                + SerializedObject.optionalSize(metadata);
        var record =
                putBlob(SealedRecord.allocate(VERSION, size).putLong(sequenceNr).putLong(timestamp), id);
        SerializedObject.writeOptional(metadata, record);
        putBlob(record.putInt(serializerId), manifestBytes)
                .putLong(contentLength)
                .putInt(contentChecksum);
        return SealedRecord.seal(record, 0);
    }

    /** @throws StorageException.Corrupt if these are not the bytes of a header that this version reads */
    public static SnapshotHeader decode(byte[] record) {
        return SealedRecord.open(record, VERSION, 0, SnapshotHeader::decode);
    }

    private static SnapshotHeader decode(ByteBuffer body) {
        return new SnapshotHeader(
                body.getLong(),
                body.getLong(),
                text(body),
                SerializedObject.readOptional(body),
                body.getInt(),
                text(body),
                body.getLong(),
                body.getInt());
    }
}
