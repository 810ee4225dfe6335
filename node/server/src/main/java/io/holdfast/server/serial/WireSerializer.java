package io.holdfast.server.serial;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Serializes {@link WireMessage}s with Kryo. Every class that may occur has a fixed id in {@link WireClasses}, and no other is
 * accepted. Thread-safe: Kryo itself is not, so each thread has its own.
 */
public final class WireSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final int IDENTIFIER = 740_001;
    private static final String MANIFEST = "1";
    /** Far above the largest frame, so that Artery reports a message that is too large, not Kryo. */
    private static final int MAX_BYTES = 64 << 20;

    private final ThreadLocal<Context> contexts;

    private record Context(Kryo kryo, Output output) {}

    public WireSerializer(ExtendedActorSystem system) {
        contexts = ThreadLocal.withInitial(() -> new Context(
                WireClasses.kryo(ActorRefResolver.get(Adapter.toTyped(system))), new Output(4096, MAX_BYTES)));
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        return MANIFEST;
    }

    @Override
    public byte[] toBinary(Object message) {
        return encode(message).toBytes();
    }

    @Override
    public void toBinary(Object message, ByteBuffer buffer) {
        Output output = encode(message);
        buffer.put(output.getBuffer(), 0, output.position());
    }

    private Output encode(Object message) {
        Context context = contexts.get();
        context.output().reset();
        context.kryo().writeClassAndObject(context.output(), message);
        return context.output();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        if (!manifest.equals(MANIFEST)) {
            throw new NotSerializableException(
                    "a message of wire version " + manifest + " from a node of another version");
        }
        return contexts.get().kryo().readClassAndObject(new Input(bytes));
    }

    @Override
    public Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return fromBinary(bytes, manifest);
    }
}
