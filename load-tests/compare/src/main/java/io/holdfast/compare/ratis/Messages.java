package io.holdfast.compare.ratis;

import java.nio.charset.StandardCharsets;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** Requests as bytes: two bytes for the length of the key, the key, and for a put the value. */
public final class Messages {
    private static final int LENGTH = 2;

    private Messages() {}

    public static Message put(String key, byte[] value) {
        return Message.valueOf(prefixed(key).concat(ByteString.copyFrom(value)));
    }

    public static Message get(String key) {
        return Message.valueOf(prefixed(key));
    }

    private static ByteString prefixed(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        byte[] length = {(byte) (bytes.length >> 8), (byte) bytes.length};
        return ByteString.copyFrom(length).concat(ByteString.copyFrom(bytes));
    }

    static ByteString key(ByteString message) {
        return message.substring(LENGTH, LENGTH + keyLength(message));
    }

    static ByteString value(ByteString message) {
        return message.substring(LENGTH + keyLength(message));
    }

    private static int keyLength(ByteString message) {
        return (message.byteAt(0) & 0xff) << 8 | message.byteAt(1) & 0xff;
    }
}
