package io.holdfast.client;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies one transaction for ever. It can be stored, as text too, and asked about with {@link HoldfastClient#outcome} by any client.
 *
 * @param keyspace of the partition that decides it
 * @param write the number of the commit, with a key of that partition
 */
public record TransactionId(String keyspace, WriteId write) {
    /** The key's repetition is possessive: another one takes a piece of the stack for each byte of the key. */
    private static final Pattern TEXT =
            Pattern.compile("([0-9a-f]{1,16})-([1-9][0-9]{0,18})@([^/]+)/((?:[A-Za-z0-9._~-]|%[0-9A-F]{2})++)");

    public TransactionId {
        Limits.checkKeyspaceName(keyspace);
        Objects.requireNonNull(write, "write");
    }

    /**
     * Reads what {@link #toString} has written.
     *
     * @throws InvalidRequestException if it is something else
     */
    public static TransactionId parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw unreadable(text);
        }
        try {
            long client = Long.parseUnsignedLong(parts.group(1), 16);
            long sequence = Long.parseLong(parts.group(2));
            return new TransactionId(parts.group(3), new WriteId(Key.of(decoded(parts.group(4))), client, sequence));
        } catch (NumberFormatException tooLarge) {
            throw unreadable(text);
        }
    }

    private static InvalidRequestException unreadable(String text) {
        return new InvalidRequestException(
                Reason.INVALID_REQUEST,
                "'" + text + "' is no id of a transaction: give one as an error message of a commit shows it, such as "
                        + "1f2e-17@shop/some%20key.");
    }

    /** One word, to be read again by {@link #parse}: the key is percent-encoded as in an URI. */
    @Override
    public String toString() {
        return Long.toHexString(write.client()) + "-" + write.sequence() + "@" + keyspace + "/" + encoded(write.key());
    }

    private static String encoded(Key key) {
        StringBuilder text = new StringBuilder();
        ByteString bytes = key.toByteString();
        for (int i = 0; i < bytes.size(); i++) {
            int it = bytes.byteAt(i) & 0xff;
            boolean plain = it >= 'a' && it <= 'z' || it >= 'A' && it <= 'Z' || it >= '0' && it <= '9';
            if (plain || "._~-".indexOf(it) >= 0) {
                text.append((char) it);
            } else {
                text.append(String.format(Locale.ROOT, "%%%02X", it));
            }
        }
        return text.toString();
    }

    private static byte[] decoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
