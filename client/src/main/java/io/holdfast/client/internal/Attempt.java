package io.holdfast.client.internal;

/** One sending of an operation to one node. */
final class Attempt {
    private static final int NOT_LEFT = -1;

    final Op<?> op;
    final NodeConnection node;
    /** Unique on the node's stream: two attempts of one operation may be outstanding there. */
    final long id;

    private final long handedAt;
    private long leftAt;
    private int wave = NOT_LEFT;
    /** The attempt before this one, whose answer may still come; null if there is none. */
    final Attempt previous;

    Attempt(Op<?> op, NodeConnection node, long id, long handedAt) {
        this.op = op;
        this.node = node;
        this.id = id;
        this.handedAt = handedAt;
        this.previous = op.attempt;
    }

    /** It has been given to the stream, as part of this wave. */
    void left(long now, int ofWave) {
        leftAt = now;
        wave = ofWave;
    }

    boolean hasLeft() {
        return wave != NOT_LEFT;
    }

    /** The wave of its outbox that it left with. */
    int wave() {
        return wave;
    }

    /** When it left; while it waits, when it was handed to its node's connection. */
    long sentAt() {
        return hasLeft() ? leftAt : handedAt;
    }
}
