package io.holdfast.client;

import io.holdfast.client.internal.KeyspaceRoutes;
import io.holdfast.client.internal.TransactionState;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A transaction, seen from one keyspace; {@link #on} gives the same transaction on another one. Strict serializable: all that it read
 * and wrote happens together at one moment between its begin and the end of {@link #commit}. It sees its own writes, and never a mix of
 * two states. Writes stay in the client until the commit; nothing is locked before.
 *
 * <p>Reads throw {@link TransactionConflictException} when what was read before has changed meanwhile; {@link Keyspace#transact} then
 * runs the body again. After a read that failed, or whose wait was interrupted, only {@link #abort} is of use. At most 1,000 reads,
 * scanned partitions and writes and 8 MiB, of that 1 MiB and 32 KiB in one partition, and scans over 65,536 keys of one partition,
 * those counted that were deleted within the history window; beyond that the call fails with {@link Reason#TRANSACTION_TOO_LARGE},
 * before any of it is sent if it is a commit.
 *
 * <p>For one thread at a time: wait for an asynchronous read before the next call. Blocking methods must not be called on the client's
 * network thread.
 */
public final class Transaction {
    private final TransactionState state;
    private final KeyspaceRoutes routes;

    Transaction(TransactionState state, KeyspaceRoutes routes) {
        this.state = state;
        this.routes = routes;
    }

    /** This transaction on another keyspace. */
    public Transaction on(Keyspace other) {
        return on(other.name());
    }

    /** This transaction on the keyspace of this name. */
    public Transaction on(String keyspace) {
        return new Transaction(state, state.engine().routesOf(Limits.checkKeyspaceName(keyspace)));
    }

    /** The value of a key; empty if there is no such key. */
    public Optional<byte[]> get(String key) {
        return get(Key.of(key));
    }

    /** The value of a key; empty if there is no such key. */
    public Optional<byte[]> get(Key key) {
        return state.join(() -> getAsync(key));
    }

    /** The asynchronous twin of {@link #get(Key)}. */
    public CompletionStage<Optional<byte[]>> getAsync(Key key) {
        return state.get(routes, key);
    }

    /** The values of those of the keys that exist, asked for all at once. */
    public Map<Key, byte[]> getAll(Collection<Key> keys) {
        return state.join(() -> getAllAsync(keys));
    }

    /** The asynchronous twin of {@link #getAll}. */
    public CompletionStage<Map<Key, byte[]>> getAllAsync(Collection<Key> keys) {
        return state.getAll(routes, keys).thenApply(found -> found);
    }

    /**
     * The first keys that start with a prefix, in key order over all partitions. Until the commit nobody may add, change or remove a key
     * among them. An entry that this transaction wrote itself has version 0.
     *
     * @param limit at most so many, 1 to 1,000
     */
    public List<Entry> scan(String prefix, int limit) {
        return state.join(() -> scanAsync(prefix, limit));
    }

    /** The asynchronous twin of {@link #scan}. */
    public CompletionStage<List<Entry>> scanAsync(String prefix, int limit) {
        if (limit < 1 || limit > Limits.MAX_TRANSACTION_ITEMS) {
            throw new InvalidRequestException(
                    Reason.INVALID_LIMIT,
                    "The limit " + limit + " of a scan in a transaction is not allowed: give 1 to "
                            + Limits.MAX_TRANSACTION_ITEMS + ".");
        }
        return state.scan(routes, Key.utf8(prefix), limit);
    }

    /** Sets a key to a value of 0 to 1 MiB, which is not copied: leave the array alone until the end. */
    public void put(String key, byte[] value) {
        put(Key.of(key), value);
    }

    /** Sets a key to a value of 0 to 1 MiB, which is not copied: leave the array alone until the end. */
    public void put(Key key, byte[] value) {
        state.write(routes, key, Optional.of(Limits.checkValue(value)));
    }

    /** Removes a key; it is no error if there is none. */
    public void delete(String key) {
        delete(Key.of(key));
    }

    /** Removes a key; it is no error if there is none. */
    public void delete(Key key) {
        state.write(routes, key, Optional.empty());
    }

    /**
     * Sets a key if a condition holds, and says whether it did. It still holds at the commit, because the transaction has read the key.
     * A condition on a version never holds for what this transaction wrote itself.
     */
    public boolean putIf(Key key, byte[] value, Condition condition) {
        return state.join(() -> putIfAsync(key, value, condition));
    }

    /** The asynchronous twin of {@link #putIf}. */
    public CompletionStage<Boolean> putIfAsync(Key key, byte[] value, Condition condition) {
        Limits.checkValue(value);
        return state.get(routes, key).thenApply(found -> {
            boolean holds =
                    switch (condition.kind()) {
                        case ALWAYS -> true;
                        case ABSENT -> found.isEmpty();
                        case PRESENT -> found.isPresent();
                        case VERSION ->
                            found.isPresent()
                                    && !state.hasWritten(routes, key)
                                    && state.versionRead(routes, key) == condition.version();
                    };
            if (holds) {
                put(key, value);
            }
            return holds;
        });
    }

    /**
     * Adds to a number, kept as decimal text so that every tool can read it, and returns the sum. An absent key counts as 0.
     *
     * @throws InvalidRequestException if the value is no such number, or the sum does not fit 64 bits
     */
    public long increment(Key key, long delta) {
        return state.join(() -> incrementAsync(key, delta));
    }

    /** The asynchronous twin of {@link #increment}. */
    public CompletionStage<Long> incrementAsync(Key key, long delta) {
        return state.get(routes, key).thenApply(found -> {
            long sum = add(key, found, delta);
            put(key, Long.toString(sum).getBytes(StandardCharsets.UTF_8));
            return sum;
        });
    }

    private static long add(Key key, Optional<byte[]> found, long delta) {
        String text =
                found.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("0");
        try {
            return Math.addExact(Long.parseLong(text), delta);
        } catch (NumberFormatException | ArithmeticException wrong) {
            String what = wrong instanceof ArithmeticException
                    ? "is too large to add " + delta
                    : "is not a whole number in decimal digits";
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "The value of key '" + key + "' " + what + ": it was left as it is.");
        }
    }

    /**
     * Ends the transaction: its writes take effect together, durable as its write concern says, or not at all.
     *
     * @throws TransactionConflictException nothing took effect: run it again
     * @throws TransactionInDoubtException the deadline passed first, or the thread was interrupted or the client closed: ask for the
     *     outcome
     * @throws TimedOutException the deadline passed before anything was sent: nothing took effect
     */
    public CommitResult commit() {
        return state.commitAndWait();
    }

    /** The asynchronous twin of {@link #commit}. */
    public CompletionStage<CommitResult> commitAsync() {
        return state.commit();
    }

    /**
     * At which it was committed, as {@link CommitResult#timestamp} says: the version of everything that it wrote.
     *
     * @throws IllegalStateException before it is committed
     */
    public long commitTimestamp() {
        return state.committed()
                .orElseThrow(() -> new IllegalStateException("The transaction is not committed"))
                .timestamp();
    }

    /** Ends the transaction without any effect. Sends nothing, because nothing was sent before. */
    public void abort() {
        state.abort();
    }

    /** What a body returned, once it is committed. */
    <T> CompletableFuture<T> committed(CompletionStage<T> body) {
        return body.thenCompose(result -> isCommitted()
                        ? CompletableFuture.completedFuture(result)
                        : state.commit().thenApply(done -> result))
                .toCompletableFuture();
    }

    /** Whether a body has committed it itself, which is one time too many, and no fault. */
    boolean isCommitted() {
        return state.committed().isPresent();
    }
}
