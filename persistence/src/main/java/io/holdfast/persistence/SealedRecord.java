package io.holdfast.persistence;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * The envelope of every value in the journal: one byte of format version, four bytes of CRC32C, then the body. The sum
 * covers the body and one number that is kept in the key (a sequence number), so that a value that turns up under
 * another key is noticed too. Numbers are big endian; a string or blob is its length in bytes (32 bits) and its bytes.
 */
public final class SealedRecord {
    public static final int HEADER = 5;

    private SealedRecord() {}

    public static ByteBuffer allocate(byte version, int bodySize) {
        return ByteBuffer.allocate(HEADER + bodySize).put(version).putInt(0);
    }

    public static byte[] seal(ByteBuffer full, long bound) {
        if (full.hasRemaining()) {
            throw new IllegalStateException("record body is " + full.remaining() + " bytes short of its declared size");
        }
        byte[] record = full.array();
        ByteBuffer.wrap(record).putInt(1, checksum(record, bound));
        return record;
    }

    /** Verifies version and checksum and decodes the body to its last byte. */
    public static <T> T open(byte[] record, byte knownVersion, long bound, Function<ByteBuffer, T> decode) {
        if (record.length < HEADER) {
            throw new StorageException.Corrupt("the record is only " + record.length + " bytes long");
        }
        if (record[0] != knownVersion) {
            throw new StorageException.Corrupt("the record has format version " + record[0]
                    + ", this program reads version " + knownVersion + " (written by a newer release, or corrupt)");
        }
        int stored = ByteBuffer.wrap(record).getInt(1);
        int actual = checksum(record, bound);
        if (stored != actual) {
            throw new StorageException.Corrupt(
                    String.format(Locale.ROOT, "the record's CRC32C is %08x where %08x was stored", actual, stored));
        }
        try {
            ByteBuffer body = ByteBuffer.wrap(record).position(HEADER).slice();
            T decoded = decode.apply(body);
            if (body.hasRemaining()) {
                throw new StorageException.Corrupt("the record has " + body.remaining() + " bytes too many");
            }
            return decoded;
        } catch (BufferUnderflowException e) {
            throw new StorageException.Corrupt("the record ends before its content does", e);
        }
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static ByteBuffer putBlob(ByteBuffer to, byte[] blob) {
        return to.putInt(blob.length).put(blob);
    }

    public static byte[] blob(ByteBuffer from) {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    public static String text(ByteBuffer from) {
        return new String(blob(from), StandardCharsets.UTF_8);
    }

    private static int checksum(byte[] record, long bound) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, bound));
        crc.update(record, HEADER, record.length - HEADER);
        return (int) crc.getValue();
    }
}
