package io.holdfast.client;

import com.google.protobuf.ByteString;
import java.util.zip.CRC32C;

/**
 * Which partition a key belongs to: CRC-32C of its hashed part, as an unsigned number, modulo the partitions. The hashed
 * part is what stands between the first <code>{</code> and the next <code>}</code> if that is not empty, else the whole
 * key, as in the Redis Cluster specification ("Hash tags"). Server and client share this class; it must never change.
 */
public final class Partitioner {
    private Partitioner() {}

    /** The partition of a key, from 0 to {@code partitions - 1}. {@code partitions} must be positive. */
    public static int partition(ByteString key, int partitions) {
        return partitionOfHash(hash(key), partitions);
    }

    /** The partition of a key, from 0 to {@code partitions - 1}. {@code partitions} must be positive. */
    public static int partition(byte[] key, int partitions) {
        return partitionOfHash(hash(key), partitions);
    }

    /** The partition that a hash belongs to. */
    public static int partitionOfHash(int hash, int partitions) {
        if (partitions <= 0) {
            throw new IllegalArgumentException("A keyspace has at least one partition, not " + partitions);
        }
        return Integer.remainderUnsigned(hash, partitions);
    }

    /** CRC-32C of the hashed part of a key: 32 bits, to be read as unsigned. */
    public static int hash(byte[] key) {
        int start = 0;
        int end = key.length;
        int open = indexOf(key, (byte) '{', 0);
        if (open >= 0) {
            int close = indexOf(key, (byte) '}', open + 1);
            if (close > open + 1) {
                start = open + 1;
                end = close;
            }
        }
        CRC32C crc = new CRC32C();
        crc.update(key, start, end - start);
        return (int) crc.getValue();
    }

    /** CRC-32C of the hashed part of a key: 32 bits, to be read as unsigned. */
    public static int hash(ByteString key) {
        return hash(key.toByteArray());
    }

    /** Whether all keys that start with this prefix have the same hashed part, and so live in one partition. */
    public static boolean hasHashedPart(byte[] prefix) {
        int open = indexOf(prefix, (byte) '{', 0);
        int close = open < 0 ? -1 : indexOf(prefix, (byte) '}', open + 1);
        return close > open + 1;
    }

    private static int indexOf(byte[] bytes, byte wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
