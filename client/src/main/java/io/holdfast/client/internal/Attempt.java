package io.holdfast.client.internal;

/** One sending of an operation to one node. */
final class Attempt {
    final Op<?> op;
    final NodeConnection node;
    /** Unique on the node's stream: two attempts of one operation may be outstanding there. */
    final long id;

    /** When it was handed to the node's connection. */
    final long sentAt;
    /** When it left, on the clock of {@link #sentAt}; 0 while it waits for others to go with. */
    long leftAt;
    /** The attempt before this one, whose answer may still come; null if there is none. */
    final Attempt previous;

    Attempt(Op<?> op, NodeConnection node, long id, long sentAt) {
        this.op = op;
        this.node = node;
        this.id = id;
        this.sentAt = sentAt;
        this.previous = op.attempt;
    }
}
