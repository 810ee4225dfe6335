package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.Key;
import java.util.Base64;

/**
 * A key and its value as JSON. Text is a string under {@code key} or {@code value}; bytes that are no UTF-8 are in Base64
 * (RFC 4648) under {@code key64} or {@code value64}, so that nothing is lost.
 */
public final class EntryJson {
    private EntryJson() {}

    /** Adds {@code key} or {@code key64}. */
    public static ObjectNode putKey(ObjectNode node, Key key) {
        return put(node, "key", key.bytes());
    }

    /** Adds {@code value} or {@code value64}. */
    public static ObjectNode putValue(ObjectNode node, byte[] value) {
        return put(node, "value", value);
    }

    /** Adds {@code version} and {@code version_text}. */
    public static ObjectNode putVersion(ObjectNode node, long version) {
        return putNumber(node, "version", version);
    }

    /**
     * Adds a number that may be beyond 2^53, where jq before 1.7 and JavaScript change its last digits, and under
     * {@code name_text} its digits as they are.
     */
    static ObjectNode putNumber(ObjectNode node, String name, long number) {
        return node.put(name, number).put(name + "_text", Long.toString(number));
    }

    private static ObjectNode put(ObjectNode node, String name, byte[] bytes) {
        ByteArguments.utf8(bytes)
                .ifPresentOrElse(
                        text -> node.put(name, text),
                        () -> node.put(name + "64", Base64.getEncoder().encodeToString(bytes)));
        return node;
    }
}
