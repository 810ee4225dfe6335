package io.holdfast.checker;

import java.util.List;

/**
 * What one process did in one transaction, in order.
 *
 * @param name for people
 * @param process that ran it; runs one at a time
 * @param invoked when it began, in any unit that all share
 * @param completed when its end was known to the process; without meaning if the status is unknown
 * @param strict whether it promises to follow real time: a snapshot of the past does not
 */
public record Transaction(
        String name,
        long process,
        long invoked,
        long completed,
        Status status,
        boolean strict,
        List<Operation> operations) {

    /** How it ended, as far as its process knows. */
    public enum Status {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    /** One step. */
    public sealed interface Operation {
        String key();
    }

    /** @param value appended to no key twice */
    public record Append(String key, long value) implements Operation {}

    /** The whole list as it was read. Long histories take little memory if it is one of {@link SharedLists}. */
    public record Read(String key, List<Long> values) implements Operation {
        public Read {
            values = SharedLists.immutable(values);
        }
    }

    public Transaction {
        operations = List.copyOf(operations);
        if (status == Status.COMMITTED && completed < invoked) {
            throw new IllegalArgumentException(name + " completed before it began");
        }
    }

    @Override
    public String toString() {
        return name + " " + operations;
    }
}
