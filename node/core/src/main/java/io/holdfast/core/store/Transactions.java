package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The transactions under way in a partition: those that are prepared, with their locks, and commit decisions that are not complete.
 * Changed by applying entries alone. Mutable like {@link Sessions}, and copied for an image: there are only as many as are under way.
 */
final class Transactions {
    private static final Comparator<WriteId> ORDER =
            Comparator.comparingLong(WriteId::client).thenComparingLong(WriteId::sequence);

    private final TreeMap<WriteId, PreparedTransaction> prepared = new TreeMap<>(ORDER);
    private final TreeMap<WriteId, CommittedTransaction> committed = new TreeMap<>(ORDER);
    private final Locks locks = new Locks();
    private long preparedBytes;

    boolean isEmpty() {
        return prepared.isEmpty() && committed.isEmpty();
    }

    /** Usual, and then nothing needs to be looked up. */
    boolean nothingPrepared() {
        return prepared.isEmpty();
    }

    Locks locks() {
        return locks;
    }

    void prepare(PreparedTransaction transaction) {
        boolean first = prepared.put(transaction.id(), transaction) == null;
        check(first, "transaction %s is prepared a second time", transaction.id());
        locks.add(transaction);
        preparedBytes += transaction.bytes();
    }

    Optional<PreparedTransaction> prepared(WriteId id) {
        return Optional.ofNullable(prepared.get(id));
    }

    /** It is decided: its locks go. */
    void release(PreparedTransaction transaction) {
        prepared.remove(transaction.id());
        locks.remove(transaction);
        preparedBytes -= transaction.bytes();
    }

    /** To be kept until it is complete. */
    void keep(CommittedTransaction transaction) {
        committed.put(transaction.id(), transaction);
    }

    Optional<CommittedTransaction> complete(WriteId id) {
        return Optional.ofNullable(committed.remove(id));
    }

    /** What a transaction that is under way stands at here. */
    Optional<Outcome> outcome(WriteId id) {
        if (isEmpty()) {
            return Optional.empty();
        }
        if (prepared.containsKey(id)) {
            return Optional.of(
                    new Outcome(Outcome.Kind.PREPARED, prepared.get(id).timestamp()));
        }
        return Optional.ofNullable(committed.get(id)).map(it -> new Outcome(Outcome.Kind.COMMITTED, it.timestamp()));
    }

    Collection<PreparedTransaction> prepared() {
        return Collections.unmodifiableCollection(prepared.values());
    }

    Collection<CommittedTransaction> committed() {
        return Collections.unmodifiableCollection(committed.values());
    }

    /** What the prepared ones will write and have locked takes in memory, roughly, and about as much in an image. */
    long bytes() {
        return preparedBytes;
    }

    State copy() {
        return isEmpty() ? State.EMPTY : new State(List.copyOf(prepared.values()), List.copyOf(committed.values()));
    }

    void restore(State state) {
        state.prepared().forEach(this::prepare);
        state.committed().forEach(this::keep);
    }

    /** For an image, in order of the ids. */
    record State(List<PreparedTransaction> prepared, List<CommittedTransaction> committed) {
        static final State EMPTY = new State(List.of(), List.of());

        long bytes() {
            return prepared.stream().mapToLong(PreparedTransaction::bytes).sum();
        }
    }
}
