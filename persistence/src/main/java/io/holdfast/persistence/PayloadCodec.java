package io.holdfast.persistence;

import java.util.Optional;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;

/** Objects to bytes and back through Pekko's serialization: the bindings decide who reads and writes a class. */
public final class PayloadCodec {
    private final Serialization serialization;

    public PayloadCodec(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** Throws whatever the serializer throws, {@code NotSerializableException} for a class without one. */
    public SerializedObject serialize(Object object) {
        byte[] bytes = serialization.serialize(object).get();
        var serializer = serialization.findSerializerFor(object);
        return new SerializedObject(serializer.identifier(), Serializers.manifestFor(serializer, object), bytes);
    }

    public Object deserialize(SerializedObject stored) {
        return serialization
                .deserialize(stored.bytes(), stored.serializerId(), stored.manifest())
                .get();
    }

    public Optional<SerializedObject> serialize(scala.Option<Object> object) {
        return object.isDefined() ? Optional.of(serialize(object.get())) : Optional.empty();
    }
}
