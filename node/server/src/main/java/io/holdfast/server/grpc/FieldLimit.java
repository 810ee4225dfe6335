package io.holdfast.server.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * How many fields a message of a client may have, those of its parts included. A field takes two bytes on the wire and may be an object of fifty
 * here: a message of 12 MiB that is nothing but empty requests, reads or fields that nobody knows would take half a GiB before anything could look
 * at it. So it is counted first, and not parsed if it has too many.
 */
final class FieldLimit {
    /** A full stream's requests with all that may be set in them have 200,000. */
    static final int MAX_FIELDS = 1 << 18;

    private static final int LEAST_FIELD_BYTES = 2;
    /** Protocol buffers reads no deeper. */
    private static final int MAX_DEPTH = 100;

    private int fields;

    private FieldLimit() {}

    /** A stream with the same bytes, that can be read by the marshaller. @throws Exceeded if they have too many fields */
    static InputStream check(InputStream message, Marshaller<?> marshaller) throws IOException, Exceeded {
        if (message instanceof KnownLength && message.available() <= LEAST_FIELD_BYTES * MAX_FIELDS) {
            return message;
        }
        InputStream again = message instanceof KnownLength && message.markSupported()
                ? message
                : new ByteArrayInputStream(message.readAllBytes());
        again.mark(Integer.MAX_VALUE);
        new FieldLimit().count(CodedInputStream.newInstance(again), typeOf(marshaller), 0);
        again.reset();
        return again;
    }

    private static Descriptor typeOf(Marshaller<?> marshaller) {
        return ((Message) ((PrototypeMarshaller<?>) marshaller).getMessagePrototype()).getDescriptorForType();
    }

    private void count(CodedInputStream in, Descriptor type, int depth) throws IOException, Exceeded {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            fields++;
            if (fields > MAX_FIELDS) {
                throw new Exceeded();
            }
            int wireType = WireFormat.getTagWireType(tag);
            FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED && field != null && isMessage(field)) {
                countPart(in, field.getMessageType(), depth + 1);
            } else if (wireType == WireFormat.WIRETYPE_START_GROUP || !in.skipField(tag)) {
                // None of the messages has groups, which protocol buffers gave up long ago, and their end comes behind
                // a beginning alone.
                throw new InvalidProtocolBufferException("a group");
            }
        }
    }

    private static boolean isMessage(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    }

    private void countPart(CodedInputStream in, Descriptor type, int depth) throws IOException, Exceeded {
        if (depth > MAX_DEPTH) {
            throw new InvalidProtocolBufferException("too deep");
        }
        int outer = in.pushLimit(in.readRawVarint32());
        count(in, type, depth);
        in.popLimit(outer);
    }

    /** The message has more fields than it may. */
    static final class Exceeded extends Exception {
        private static final long serialVersionUID = 1L;

        private Exceeded() {
            super("more than " + MAX_FIELDS + " fields", null, false, false);
        }
    }
}
