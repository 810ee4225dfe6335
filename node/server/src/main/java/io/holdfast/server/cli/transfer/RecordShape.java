package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Key;
import io.holdfast.client.Write;
import io.holdfast.server.cli.Json;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** How a record of a file becomes a key and a value. */
sealed interface RecordShape {
    /**
     * The write for a record.
     *
     * @throws BadRecordException if the record does not have this shape, or its key or value is out of bounds
     */
    Write toWrite(JsonNode record);

    /** The record has no key where it should; the message says what it has instead. */
    final class BadRecordException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadRecordException(String message) {
            super(message);
        }
    }

    /** The value is the record itself, as compact JSON; the key is the text of one of its fields. */
    record Keyed(String field) implements RecordShape {
        @Override
        public Write toWrite(JsonNode record) {
            if (!record.isObject()) {
                throw new BadRecordException("the record is no JSON object");
            }
            JsonNode key = record.path(field);
            if (key.isMissingNode()) {
                throw new BadRecordException("there is no field '" + field + "': the record has " + fields(record));
            }
            if (!key.isValueNode() || key.isNull()) {
                throw new BadRecordException("the field '" + field + "' is no text or number");
            }
            return checked(utf8(key.asText()), bytes(record));
        }
    }

    /** A line that {@code export} wrote. */
    record Exported() implements RecordShape {
        @Override
        public Write toWrite(JsonNode record) {
            Optional<byte[]> key = member(record, "key");
            Optional<byte[]> value = member(record, "value");
            if (key.isEmpty() || value.isEmpty() || record.size() != 2) {
                throw new BadRecordException("the record is not one of 'holdfast export', with 'key' and 'value': "
                        + "say with --key which field is the key; the record has " + fields(record));
            }
            return checked(key.get(), value.get());
        }

        private static Optional<byte[]> member(JsonNode record, String name) {
            JsonNode plain = record.path(name);
            JsonNode base64 = record.path(name + "64");
            if (plain.isTextual()) {
                return Optional.of(utf8(plain.asText()));
            }
            if (plain.isObject() || plain.isArray()) {
                return Optional.of(bytes(plain));
            }
            if (!base64.isTextual()) {
                return Optional.empty();
            }
            try {
                return Optional.of(Base64.getDecoder().decode(base64.asText()));
            } catch (IllegalArgumentException mistake) {
                throw new BadRecordException("the field '" + name + "64' is no Base64: " + mistake.getMessage());
            }
        }
    }

    private static byte[] bytes(JsonNode json) {
        return utf8(Json.compact(json));
    }

    /** JSON can name half of a character, such as U+D800 alone. No bytes are its text, and a replacement would make different keys one. */
    private static byte[] utf8(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } catch (CharacterCodingException half) {
            throw new BadRecordException("the record has half a character (a lone surrogate, \\ud800 to \\udfff): "
                    + "give bytes that are no text in Base64, under key64 or value64 as 'holdfast export' does");
        }
    }

    private static Write checked(byte[] key, byte[] value) {
        try {
            return Write.put(Key.of(key), value);
        } catch (InvalidRequestException outOfBounds) {
            throw new BadRecordException(outOfBounds.getMessage());
        }
    }

    private static String fields(JsonNode record) {
        List<String> names = new ArrayList<>();
        record.fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "no fields" : String.join(", ", names.subList(0, Math.min(12, names.size())));
    }
}
