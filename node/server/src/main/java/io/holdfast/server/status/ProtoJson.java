package io.holdfast.server.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;

/**
 * A message as JSON, all fields included, under the names of the .proto, numbers as numbers, null for what is not known. Protobuf's own printer writes 64-bit
 * numbers as texts, which tools that compare numbers do not expect.
 */
final class ProtoJson {
    private ProtoJson() {}

    static ObjectNode of(Message message) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                ArrayNode array = node.putArray(field.getName());
                ((List<?>) message.getField(field)).forEach(element -> add(array, element));
            } else if (field.hasPresence() && !message.hasField(field)) {
                node.putNull(field.getName());
            } else {
                put(node, field.getName(), message.getField(field));
            }
        }
        return node;
    }

    private static void add(ArrayNode array, Object value) {
        if (value instanceof Message message) {
            array.add(of(message));
        } else {
            array.addPOJO(value);
        }
    }

    private static void put(ObjectNode node, String name, Object value) {
        if (value instanceof Message message) {
            node.set(name, of(message));
        } else if (value instanceof Integer number) {
            node.put(name, Integer.toUnsignedLong(number));
        } else {
            node.putPOJO(name, value);
        }
    }
}
