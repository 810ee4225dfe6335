package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.LoadedSnapshot;
import io.holdfast.persistence.SealedRecord;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A snapshot's file: the format version 1 (8 bits), the length of the header (32 bits), the {@link SnapshotHeader}, the
 * content. The file ends with the content's last byte. This format is for ever: a change is a new version beside it.
 */
final class SnapshotFile {
    private static final byte VERSION = 1;
    /** Java copies what it writes through a direct buffer of the same size and keeps that buffer: mind its size. */
    private static final int SLICE = 1 << 20;
    /** A header is some hundred bytes; a longer one is no header. */
    private static final int MAX_HEADER = 16 << 20;

    private SnapshotFile() {}

    /** Writes a new file and returns when it is on disk. The name is not: that takes a sync of the directory. */
    static void write(Path file, SnapshotHeader described, byte[] content, DiskSync disk) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] header = described.encode();
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
            disk.syncContent(file, channel);
        }
    }

    /** Reads and checks the header alone. */
    static SnapshotHeader readHeader(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return readHeader(channel);
        }
    }

    private static SnapshotHeader readHeader(FileChannel channel) throws IOException {
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
        return SnapshotHeader.decode(readFully(channel, length));
    }

    /** Reads the whole file; anything missing, changed or too much is a {@link StorageException.Corrupt}. */
    static LoadedSnapshot read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SnapshotHeader header = readHeader(channel);
            long left = channel.size() - channel.position();
            // Before memory is taken for it; more than an array holds was never written.
            if (left != header.contentLength()) {
                throw new StorageException.Corrupt(
                        "it holds " + left + " bytes of content where " + header.contentLength() + " were written");
            }
            return new LoadedSnapshot(header, header.verified(readFully(channel, Math.toIntExact(left))));
        }
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
