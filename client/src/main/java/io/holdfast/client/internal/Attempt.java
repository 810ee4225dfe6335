package io.holdfast.client.internal;

/** One sending of an operation to one node. */
final class Attempt {
    static final int NOT_LEFT = -1;

    final Op<?> op;
    final NodeConnection node;
    /** Unique on the node's stream: two attempts of one operation may be outstanding there. */
    final long id;
    /** The attempt before this one, whose answer may still come; null if there is none. */
    Attempt previous;

    private long sentAt;
    private int wave = NOT_LEFT;

    Attempt(Op<?> op, NodeConnection node, long id, long handedAt) {
        this.op = op;
        this.node = node;
        this.id = id;
        this.sentAt = handedAt;
        this.previous = op.attempt;
    }

    /** It has been given to the stream, as part of this wave. */
    void left(long now, int ofWave) {
        sentAt = now;
        wave = ofWave;
    }

    /** The wave of its outbox that it left with, or {@link #NOT_LEFT}. */
    int wave() {
        return wave;
    }

    /** When it left; while it waits, when it was handed to its node's connection. */
    long sentAt() {
        return sentAt;
    }
}
