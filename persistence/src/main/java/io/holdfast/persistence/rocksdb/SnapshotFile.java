package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.SealedRecord.putBlob;
import static io.holdfast.persistence.rocksdb.SealedRecord.text;
import static io.holdfast.persistence.rocksdb.SealedRecord.utf8;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A snapshot's file: the format version 1 (8 bits), the length of the header (32 bits), the header (a {@link SealedRecord}: sequence
 * number, timestamp, persistence id, a flag and the metadata when it is 1, serializer id, manifest, length and CRC32C of the content), the
 * content. The file ends with the content's last byte. This format is for ever: a change is a new version beside it.
 *
 * @param contentLength bytes, below 2 GiB because Pekko's serializers make one array
 */
record SnapshotFile(
        long sequenceNr,
        long timestamp,
        String persistenceId,
        Optional<SerializedObject> metadata,
        int serializerId,
        String manifest,
        long contentLength,
        int contentChecksum) {

    private static final byte VERSION = 1;
    /** Java copies what it writes through a direct buffer of the same size and keeps that buffer: mind its size. */
    private static final int SLICE = 1 << 20;
    /** A header is some hundred bytes; a longer one is no header. */
    private static final int MAX_HEADER = 16 << 20;

    static SnapshotFile describe(
            long sequenceNr,
            long timestamp,
            String persistenceId,
            Optional<SerializedObject> metadata,
            SerializedObject content) {
        var crc = new CRC32C();
        crc.update(content.bytes());
        return new SnapshotFile(
                sequenceNr,
                timestamp,
                persistenceId,
                metadata,
                content.serializerId(),
                content.manifest(),
                content.bytes().length,
                (int) crc.getValue());
    }

    /** Writes a new file and returns when it is on disk. The name is not: that takes a sync of the directory. */
    void write(Path file, byte[] content) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] header = encode();
            writeFully(
                    channel,
                    ByteBuffer.allocate(1 + Integer.BYTES + header.length)
                            .put(VERSION)
                            .putInt(header.length)
                            .put(header)
                            .flip());
            for (int from = 0; from < content.length; from += SLICE) {
                writeFully(channel, ByteBuffer.wrap(content, from, Math.min(SLICE, content.length - from)));
            }
            channel.force(true);
        }
    }

    /** Reads and checks the header alone. */
    static SnapshotFile readHeader(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return readHeader(channel);
        }
    }

    private static SnapshotFile readHeader(FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.wrap(readFully(channel, 1 + Integer.BYTES));
        byte version = start.get();
        if (version != VERSION) {
            throw new StorageException.Corrupt("it has format version " + version + ", this program reads version "
                    + VERSION + " (written by a newer release, or corrupt)");
        }
        int length = start.getInt();
        if (length < SealedRecord.HEADER || length > MAX_HEADER) {
            throw new StorageException.Corrupt("its header claims a length of " + length + " bytes");
        }
        return SealedRecord.open(readFully(channel, length), VERSION, 0, SnapshotFile::decode);
    }

    /** Reads the whole file; anything missing, changed or too much is a {@link StorageException.Corrupt}. */
    static Loaded read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SnapshotFile header = readHeader(channel);
            long left = channel.size() - channel.position();
            if (left != header.contentLength()) {
                throw new StorageException.Corrupt(
                        "it holds " + left + " bytes of content where " + header.contentLength() + " were written");
            }
            byte[] content = readFully(channel, Math.toIntExact(left));
            var crc = new CRC32C();
            crc.update(content);
            if ((int) crc.getValue() != header.contentChecksum()) {
                throw new StorageException.Corrupt(String.format(
                        "the CRC32C of its content is %08x where %08x was written",
                        (int) crc.getValue(), header.contentChecksum()));
            }
            return new Loaded(header, new SerializedObject(header.serializerId(), header.manifest(), content));
        }
    }

    record Loaded(SnapshotFile header, SerializedObject content) {}

    byte[] encode() {
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

    private static SnapshotFile decode(ByteBuffer body) {
        return new SnapshotFile(
                body.getLong(),
                body.getLong(),
                text(body),
                SerializedObject.readOptional(body),
                body.getInt(),
                text(body),
                body.getLong(),
                body.getInt());
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static byte[] readFully(FileChannel channel, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int read = channel.read(ByteBuffer.wrap(bytes, at, Math.min(SLICE, length - at)));
            if (read < 0) {
                throw new StorageException.Corrupt("it is cut short", new EOFException());
            }
            at += read;
        }
        return bytes;
    }
}
