package io.holdfast.persistence.cassandra;

import org.apache.pekko.serialization.JSerializer;

/** The bytes as they are. Its identifier lies beside every event in Cassandra: it is for ever. */
public final class SealedEventSerializer extends JSerializer {
    private static final int IDENTIFIER = 740_010;

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public boolean includeManifest() {
        return false;
    }

    @Override
    public byte[] toBinary(Object event) {
        return ((SealedEvent) event).record();
    }

    @Override
    public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
        return new SealedEvent(bytes);
    }
}
