package io.holdfast.core.txn;

import io.holdfast.core.store.Command;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a client wants to commit over several partitions.
 *
 * @param doneBelow and
 * @param notAfterMillis as in {@link Command}
 * @param lockMillis how long a prepared part waits for its coordinator before it is settled
 * @param contended whether it has met conflicts before: one participant is prepared first, and the others only then
 */
public record TransactionRequest(
        WriteId id,
        long doneBelow,
        long notAfterMillis,
        int lockMillis,
        boolean contended,
        SortedMap<Participant, ReadWriteSet> parts) {
    public TransactionRequest {
        parts = new TreeMap<>(parts);
        if (parts.size() < 2) {
            throw new IllegalArgumentException("a transaction in one partition is a single command");
        }
        if (parts.values().stream().allMatch(set -> set.writes().isEmpty())) {
            throw new IllegalArgumentException("a transaction that writes nothing is not committed but validated");
        }
    }

    /** The first that writes: clients find it by the keys that they write. */
    public Participant decider() {
        return parts.entrySet().stream()
                .filter(part -> !part.getValue().writes().isEmpty())
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    List<Participant> others() {
        Participant decider = decider();
        return parts.keySet().stream().filter(it -> !it.equals(decider)).toList();
    }

    /** Prepares another participant than the decider. */
    Command prepare(Participant participant) {
        var part = new Command.Follows(decider());
        return command(new Command.Prepare(parts.get(participant), part, lockMillis));
    }

    /** Commits, when all others are prepared. @param preparedUpTo their highest prepare timestamp */
    Command commitLast(long preparedUpTo) {
        return command(new Command.CommitLast(parts.get(decider()), others(), preparedUpTo));
    }

    private Command command(Command.Operation operation) {
        return new Command(id, doneBelow, notAfterMillis, operation);
    }
}
