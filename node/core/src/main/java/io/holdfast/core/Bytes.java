package io.holdfast.core;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Immutable bytes with value equality and unsigned lexicographic order. The array is shared with the maker, who must not
 * change it afterwards: copying every value once more would cost more than the whole rest of a put.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Wraps without copying. The caller gives the array away. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the next {@code length} bytes of the buffer; a BufferUnderflowException says that it has less. */
    public static Bytes read(ByteBuffer buffer, int length) {
        if (length < 0 || length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] copy = new byte[length];
        buffer.get(copy);
        return wrap(copy);
    }

    public int length() {
        return array.length;
    }

    /** The bytes themselves, not a copy. The caller must not change them. */
    public byte[] unsafeArray() {
        return array;
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.equals(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    public String toUtf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        int shown = Math.min(array.length, 16);
        String hex = HexFormat.of().formatHex(array, 0, shown);
        return shown == array.length ? hex : hex + "…(" + array.length + ")";
    }
}
