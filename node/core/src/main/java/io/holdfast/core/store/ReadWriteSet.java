package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a transaction has read and will write in one partition. The reads are checked and locked when it commits: they must still
 * be what the transaction saw.
 */
public record ReadWriteSet(List<Read> reads, List<Range> ranges, List<Write> writes) {

    /** @param version that was read, 0 if the key was absent */
    public record Read(Bytes key, long version) {}

    /**
     * Keys that were scanned.
     *
     * @param from the first key, inclusive
     * @param to the first key behind the range; empty: up to the last key
     * @param asOf the scan saw the range as it stood at this timestamp: its {@link Query.Dated#validUntil}
     */
    public record Range(Bytes from, Optional<Bytes> to, long asOf) {

        /** What a page answers for: up to where the next one starts, or if it is the last page, all keys with the prefix. */
        public static Range of(Query.Scan scan, Query.Page page, long asOf) {
            Bytes from = scan.after()
                    .filter(after -> after.compareTo(scan.prefix()) >= 0)
                    .map(ReadWriteSet::justBehind)
                    .orElse(scan.prefix());
            Optional<Bytes> to =
                    page.more() ? page.resumeBehind().map(ReadWriteSet::justBehind) : behindPrefix(scan.prefix());
            // A scan that starts behind all keys with the prefix looks at nothing.
            return new Range(from, to.map(end -> end.compareTo(from) < 0 ? from : end), asOf);
        }

        public Range {
            if (to.isPresent() && to.get().compareTo(from) < 0) {
                throw new IllegalArgumentException("a range ends at " + to.get() + ", before its start " + from);
            }
        }

        boolean contains(Bytes key) {
            return from.compareTo(key) <= 0 && (to.isEmpty() || key.compareTo(to.get()) < 0);
        }
    }

    /** @param value empty: the key is deleted */
    public record Write(Bytes key, Optional<Bytes> value) {}

    public ReadWriteSet {
        reads = List.copyOf(reads);
        ranges = List.copyOf(ranges);
        writes = List.copyOf(writes);
        var written = new HashSet<Bytes>();
        for (Write write : writes) {
            if (!written.add(write.key())) {
                throw new IllegalArgumentException("a transaction writes key " + write.key() + " twice");
            }
        }
    }

    /** Whether it writes anything but deletions. */
    boolean brings() {
        for (Write write : writes) {
            if (write.value().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** At least what it takes in an entry or message. */
    public int size() {
        int size = 12;
        for (Read read : reads) {
            size += 10 + read.key().length();
        }
        for (Range range : ranges) {
            size += 13 + range.from().length() + range.to().map(Bytes::length).orElse(0);
        }
        for (Write write : writes) {
            size += 6 + write.key().length() + write.value().map(Bytes::length).orElse(0);
        }
        return size;
    }

    /** For a message. */
    public Bytes encode() {
        ByteBuffer out = ByteBuffer.allocate(size());
        TransactionFormat.encode(this, out);
        return Bytes.wrap(Arrays.copyOf(out.array(), out.position()));
    }

    /** @throws IllegalArgumentException if these are not the bytes of a read-write set */
    public static ReadWriteSet decode(Bytes encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded.unsafeArray());
        try {
            ReadWriteSet set = TransactionFormat.decodeSet(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes behind the end of a read-write set");
            }
            return set;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a read-write set ends too early", e);
        }
    }

    /** The smallest key above this one. */
    private static Bytes justBehind(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.unsafeArray(), key.length() + 1));
    }

    /** The smallest key above all that start with the prefix. */
    static Optional<Bytes> behindPrefix(Bytes prefix) {
        byte[] array = prefix.unsafeArray();
        int length = array.length;
        while (length > 0 && array[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return Optional.empty();
        }
        byte[] behind = Arrays.copyOf(array, length);
        behind[length - 1]++;
        return Optional.of(Bytes.wrap(behind));
    }
}
