package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.List;

/**
 * One write of a client, or one step of a transaction, as it stands in the log.
 *
 * @param id of the write, or of the transaction: all its steps in all its partitions carry the same one
 * @param doneBelow the client has finished all its writes with lower sequences: their outcomes may be forgotten
 * @param notAfterMillis a command whose entry's timestamp is later than this wall time is not applied, so that a message
 *     that was delayed beyond the retention of outcomes cannot apply a second time
 */
public record Command(WriteId id, long doneBelow, long notAfterMillis, Operation operation) {

    public sealed interface Operation {}

    /** Concerns one key. */
    public sealed interface KeyOperation extends Operation {
        Bytes key();
    }

    public record Put(Bytes key, Bytes value, Condition condition) implements KeyOperation {}

    public record Delete(Bytes key, Condition condition) implements KeyOperation {}

    /**
     * Makes sure of the outcome of the write or transaction with this id: if it has not been applied, it never will be. Of a
     * transaction over several partitions only its decision partition may be asked; if it is undecided, it is aborted.
     */
    public record Settle(Bytes key) implements KeyOperation {}

    /** A whole transaction that concerns this partition alone. */
    public record Commit(ReadWriteSet set) implements Operation {}

    /**
     * To the decision partition, once all others are prepared: checks the transaction's reads there, applies its part, and is its decision to
     * commit, all at this command's timestamp: the last agent
     * (Samaras and others, "Two-Phase Commit Optimizations and Tradeoffs in the Commercial Environment", 1993).
     *
     * @param others the other participants, to be told of it
     * @param preparedUpTo their highest prepare timestamp, below this command's
     */
    public record CommitLast(ReadWriteSet set, List<Participant> others, long preparedUpTo) implements Operation {
        public CommitLast {
            others = List.copyOf(others);
        }
    }

    /**
     * Checks a transaction's reads in this partition and locks what it has read and will write, until it is decided.
     *
     * @param lockMillis from the prepare timestamp on; then whoever meets the lock settles the transaction
     */
    public record Prepare(ReadWriteSet set, Part part, int lockMillis) implements Operation {}

    /** What a partition has to do with the decision of a transaction that it has prepared. */
    public sealed interface Part {}

    /** It holds the decision, as it did before there was {@link CommitLast}. @param others the other participants, to be told of it */
    public record Decides(List<Participant> others) implements Part {
        public Decides {
            others = List.copyOf(others);
        }
    }

    /** It is told. @param decisionPartition whom to ask if that does not happen */
    public record Follows(Participant decisionPartition) implements Part {}

    /**
     * To the decision partition: aborts the transaction, unless it is committed. The outcome is the decision that stands. Before there was
     * {@link CommitLast} it was the decision of a prepared transaction, to commit it, too.
     */
    public record Decide(Decision decision) implements Operation {}

    /** To the other participants: applies or drops the transaction's part there. May be repeated. */
    public record Resolve(Decision decision) implements Operation {}

    /** To the decision partition of a committed transaction: all others have resolved it. */
    public record Complete() implements Operation {}

    /**
     * A step of a transaction that was prepared: not made by its client, without an end of its time, and may be repeated.
     *
     * @param doneBelow as its client has said, 0 if that is not known
     */
    public static Command step(WriteId transaction, long doneBelow, Operation operation) {
        return new Command(transaction, doneBelow, Long.MAX_VALUE, operation);
    }

    /** Whether it puts a value, now or once it is decided. What it merely removes or ends needs no room. */
    public boolean brings() {
        if (operation instanceof Put) {
            return true;
        }
        if (operation instanceof Commit commit) {
            return commit.set().brings();
        }
        if (operation instanceof CommitLast last) {
            return last.set().brings();
        }
        return operation instanceof Prepare prepare && prepare.set().brings();
    }

    /** Roughly what it takes in an entry. */
    public int size() {
        if (operation instanceof Put put) {
            return 48 + put.key().length() + put.value().length();
        }
        if (operation instanceof KeyOperation onKey) {
            return 48 + onKey.key().length();
        }
        if (operation instanceof Commit commit) {
            return 48 + commit.set().size();
        }
        if (operation instanceof CommitLast last) {
            return 56 + last.set().size() + sizeOf(last.others());
        }
        if (operation instanceof Prepare prepare) {
            return 48 + prepare.set().size() + sizeOf(prepare.part());
        }
        return 48;
    }

    static int sizeOf(Part part) {
        return sizeOf(
                part instanceof Decides decides ? decides.others() : List.of(((Follows) part).decisionPartition()));
    }

    static int sizeOf(List<Participant> named) {
        // A keyspace's name is ASCII.
        return 16 + named.stream().mapToInt(it -> 6 + it.keyspace().length()).sum();
    }
}
