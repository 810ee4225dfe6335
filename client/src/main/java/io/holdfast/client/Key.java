package io.holdfast.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;

/**
 * A key: 1 to 4096 bytes, immutable, ordered as unsigned bytes. Text keys are their UTF-8 bytes. Two keys with the same
 * part inside their first <code>{…}</code> live in the same partition.
 */
public final class Key implements Comparable<Key> {
    private final ByteString bytes;

    private Key(ByteString bytes) {
        int size = bytes.size();
        if (size == 0) {
            throw new InvalidRequestException(Reason.INVALID_KEY, "The key is empty: a key has 1 to 4096 bytes.");
        }
        if (size > Limits.MAX_KEY_BYTES) {
            throw new InvalidRequestException(
                    Reason.INVALID_KEY,
                    "The key has " + size + " bytes, and at most " + Limits.MAX_KEY_BYTES + " are allowed.");
        }
        this.bytes = bytes;
    }

    /** The key of a text. Throws {@link InvalidRequestException} if it is empty, too long, or not well-formed UTF-16. */
    public static Key of(String text) {
        return new Key(utf8(text));
    }

    /** The key of these bytes, which are copied. Throws {@link InvalidRequestException} if there are none or too many. */
    public static Key of(byte[] bytes) {
        return new Key(ByteString.copyFrom(bytes));
    }

    /** The key of these bytes, without a copy. */
    public static Key of(ByteString bytes) {
        return new Key(bytes);
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** The bytes, without a copy. */
    public ByteString toByteString() {
        return bytes;
    }

    static ByteString utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    // String.getBytes would turn it into '?', and two different texts would become one key.
                    throw new InvalidRequestException(
                            Reason.INVALID_KEY,
                            "The key has half of a surrogate pair at index " + i + ", which has no UTF-8 form: "
                                    + "give the key as bytes.");
                }
                i++;
            }
        }
        return UnsafeByteOperations.unsafeWrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int compareTo(Key other) {
        return ByteString.unsignedLexicographicalComparator().compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && bytes.equals(key.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    /** The key as text if it is UTF-8, else in hexadecimal with a leading 0x. */
    @Override
    public String toString() {
        if (bytes.isValidUtf8()) {
            return bytes.toStringUtf8();
        }
        StringBuilder hex = new StringBuilder("0x");
        for (int i = 0; i < bytes.size(); i++) {
            hex.append(Character.forDigit(bytes.byteAt(i) >> 4 & 15, 16));
            hex.append(Character.forDigit(bytes.byteAt(i) & 15, 16));
        }
        return hex.toString();
    }
}
