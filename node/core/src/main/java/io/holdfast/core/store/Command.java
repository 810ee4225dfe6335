package io.holdfast.core.store;

import io.holdfast.core.Bytes;

/**
 * One write of a client, as it stands in the log.
 *
 * @param doneBelow the client has finished all its writes with lower sequences: their outcomes may be forgotten
 * @param notAfterMillis a command whose entry's timestamp is later than this wall time is not applied, so that a message
 *     that was delayed beyond the retention of outcomes cannot apply a second time
 */
public record Command(WriteId id, long doneBelow, long notAfterMillis, Operation operation) {

    public sealed interface Operation {
        Bytes key();
    }

    public record Put(Bytes key, Bytes value, Condition condition) implements Operation {}

    public record Delete(Bytes key, Condition condition) implements Operation {}

    /** Makes sure of the outcome of the write with this id: if it has not been applied, it never will be. */
    public record Settle(Bytes key) implements Operation {}

    /** Roughly what it takes in an entry. */
    public int size() {
        int value = operation instanceof Put put ? put.value().length() : 0;
        return 48 + operation.key().length() + value;
    }
}
