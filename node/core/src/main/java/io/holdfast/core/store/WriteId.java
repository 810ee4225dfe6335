package io.holdfast.core.store;

/**
 * Names a write for ever: a retry carries the same one, and the partition applies it once.
 *
 * @param client random, one per client process
 * @param sequence 1, 2, 3 … per client
 */
public record WriteId(long client, long sequence) {
    // By hand: what a record has by itself goes through a method handle, which the simple compiler makes the slow way.
    @Override
    public boolean equals(Object other) {
        return other instanceof WriteId id && id.client == client && id.sequence == sequence;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(client) * 31 + Long.hashCode(sequence);
    }
}
