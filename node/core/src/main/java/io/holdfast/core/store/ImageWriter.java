package io.holdfast.core.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes in big-endian order into an array that grows. An image has a field of a few bytes for each key and outcome, and a DataOutputStream locks
 * for each of them. Not thread-safe.
 */
final class ImageWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Arrays cannot be larger on every machine. */
    private static final long MOST = Integer.MAX_VALUE - 64;

    private byte[] bytes;
    private int size;

    /** @param expected size, to begin with */
    ImageWriter(long expected) {
        bytes = new byte[(int) Math.min(MOST, expected)];
    }

    int size() {
        return size;
    }

    ImageWriter putByte(int value) {
        int at = room(1);
        bytes[at] = (byte) value;
        return this;
    }

    ImageWriter putShort(int value) {
        return putByte(value >> 8).putByte(value);
    }

    ImageWriter putInt(int value) {
        INT.set(bytes(4), size - 4, value);
        return this;
    }

    ImageWriter putLong(long value) {
        LONG.set(bytes(8), size - 8, value);
        return this;
    }

    ImageWriter put(byte[] value) {
        int at = room(value.length);
        System.arraycopy(value, 0, bytes, at, value.length);
        return this;
    }

    /** Writes over what stands at the offset. */
    void setInt(int offset, int value) {
        INT.set(bytes, offset, value);
    }

    void setLong(int offset, long value) {
        LONG.set(bytes, offset, value);
    }

    byte[] toArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    private byte[] bytes(int more) {
        room(more);
        return bytes;
    }

    /** Takes room at the end and answers where it starts. */
    private int room(int more) {
        long needed = (long) size + more;
        if (needed > MOST) {
            throw new IllegalStateException("an image of more than " + MOST + " bytes: use more partitions");
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(MOST, Math.max(2L * bytes.length, needed)));
        }
        int at = size;
        size = (int) needed;
        return at;
    }
}
