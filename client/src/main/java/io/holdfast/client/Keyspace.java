package io.holdfast.client;

import com.google.protobuf.ByteString;
import io.holdfast.client.internal.Engine;
import io.holdfast.client.internal.KeyspaceRoutes;
import io.holdfast.client.internal.Op;
import io.holdfast.client.internal.ScanStream;
import io.holdfast.client.internal.TransactionRunner;
import io.holdfast.v1.ScanRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The keys of one keyspace. Safe for use by many threads; made by {@link HoldfastClient#keyspace}.
 *
 * <p>Every operation has a blocking form and an asynchronous twin. Both retry by themselves until the operation's
 * deadline, at other nodes and sites too; a write keeps its id throughout, so that it is applied at most once. They fail
 * with {@link HoldfastException}: {@link InvalidRequestException} (thrown at the call, also by the asynchronous form),
 * {@link TimedOutException}, {@link ClientFullException}, or one with the {@link Reason} that a node gave. A write whose
 * outcome is not known says so by {@link HoldfastException#writeId()}.
 *
 * <p>Stages complete on the client's only network thread: what depends on them must not block; use the {@code …Async}
 * methods of {@link CompletionStage} for that. Blocking forms called on that thread throw {@link IllegalStateException}.
 * Cancelling a stage does not stop its operation. Operations that are under way at the same time may take effect in any
 * order; wait for one before the next where order matters.
 */
public final class Keyspace {
    private final Engine engine;
    private final ClientOptions options;
    private final KeyspaceRoutes routes;

    Keyspace(Engine engine, ClientOptions options, KeyspaceRoutes routes) {
        this.engine = engine;
        this.options = options;
        this.routes = routes;
    }

    /** The keyspace's name. Nothing is said about whether it exists. */
    public String name() {
        return routes.name();
    }

    /** The value of a key, linearizable unless the client's options say otherwise; empty if there is no such key. */
    public Optional<Versioned> get(String key) {
        return get(Key.of(key), ReadOptions.DEFAULT);
    }

    /** The value of a key; empty if there is no such key. */
    public Optional<Versioned> get(Key key, ReadOptions read) {
        return engine.call(getOp(key, read));
    }

    /** The asynchronous twin of {@link #get(String)}. */
    public CompletionStage<Optional<Versioned>> getAsync(String key) {
        return getAsync(Key.of(key), ReadOptions.DEFAULT);
    }

    /** The asynchronous twin of {@link #get(Key, ReadOptions)}. */
    public CompletionStage<Optional<Versioned>> getAsync(Key key, ReadOptions read) {
        return engine.submit(getOp(key, read));
    }

    /** Sets a key to a value of 0 to 1 MiB, which is not copied: leave the array alone until the call is over. */
    public WriteResult put(String key, byte[] value) {
        return write(Write.put(key, value));
    }

    /** The asynchronous twin of {@link #put(String, byte[])}. */
    public CompletionStage<WriteResult> putAsync(String key, byte[] value) {
        return writeAsync(Write.put(key, value));
    }

    /** Sets a key to a value of 0 to 1 MiB, which is not copied: leave the array alone until the call is over. */
    public WriteResult put(Key key, byte[] value) {
        return write(Write.put(key, value));
    }

    /** The asynchronous twin of {@link #put(Key, byte[])}. */
    public CompletionStage<WriteResult> putAsync(Key key, byte[] value) {
        return writeAsync(Write.put(key, value));
    }

    /** Removes a key; it is no error if there is none. */
    public WriteResult delete(String key) {
        return write(Write.delete(key));
    }

    /** The asynchronous twin of {@link #delete(String)}. */
    public CompletionStage<WriteResult> deleteAsync(String key) {
        return writeAsync(Write.delete(key));
    }

    /** Sets a key that does not exist; if it does, the result is not applied and has the version found. */
    public WriteResult putIfAbsent(String key, byte[] value) {
        return write(Write.put(key, value).when(Condition.IF_ABSENT));
    }

    /** The asynchronous twin of {@link #putIfAbsent}. */
    public CompletionStage<WriteResult> putIfAbsentAsync(String key, byte[] value) {
        return writeAsync(Write.put(key, value).when(Condition.IF_ABSENT));
    }

    /** Sets a key that exists; if it does not, the result is not applied. */
    public WriteResult putIfPresent(String key, byte[] value) {
        return write(Write.put(key, value).when(Condition.IF_PRESENT));
    }

    /** The asynchronous twin of {@link #putIfPresent}. */
    public CompletionStage<WriteResult> putIfPresentAsync(String key, byte[] value) {
        return writeAsync(Write.put(key, value).when(Condition.IF_PRESENT));
    }

    /** Sets a key that has just this version; if it has another, the result is not applied and has the version found. */
    public WriteResult putIfVersion(String key, byte[] value, long version) {
        return write(Write.put(key, value).when(Condition.ifVersion(version)));
    }

    /** The asynchronous twin of {@link #putIfVersion}. */
    public CompletionStage<WriteResult> putIfVersionAsync(String key, byte[] value, long version) {
        return writeAsync(Write.put(key, value).when(Condition.ifVersion(version)));
    }

    /** Removes a key that has just this version; if it has another, the result is not applied. */
    public WriteResult deleteIfVersion(String key, long version) {
        return write(Write.delete(key).when(Condition.ifVersion(version)));
    }

    /** The asynchronous twin of {@link #deleteIfVersion}. */
    public CompletionStage<WriteResult> deleteIfVersionAsync(String key, long version) {
        return writeAsync(Write.delete(key).when(Condition.ifVersion(version)));
    }

    /** Carries out a write with the client's defaults. */
    public WriteResult write(Write write) {
        return write(write, WriteOptions.DEFAULT);
    }

    /** Carries out a write. */
    public WriteResult write(Write write, WriteOptions how) {
        return engine.call(writeOp(write, how));
    }

    /** The asynchronous twin of {@link #write(Write)}. */
    public CompletionStage<WriteResult> writeAsync(Write write) {
        return writeAsync(write, WriteOptions.DEFAULT);
    }

    /** The asynchronous twin of {@link #write(Write, WriteOptions)}. */
    public CompletionStage<WriteResult> writeAsync(Write write, WriteOptions how) {
        return engine.submit(writeOp(write, how));
    }

    /**
     * Carries out several writes together, for speed only: each by itself, in no order, with an outcome of its own. It is
     * <em>not</em> atomic. Returns the outcomes in the order of the writes; fails as a whole only for an invalid request.
     */
    public List<KeyOutcome> batch(List<? extends Write> writes, WriteOptions how) {
        engine.forbidNetworkThread();
        List<CompletableFuture<KeyOutcome>> outcomes = new ArrayList<>(writes.size());
        for (Write write : writes) {
            outcomes.add(outcomeOf(write, engine.submitWhenRoom(writeOp(write, how))));
        }
        return outcomes.stream().map(CompletableFuture::join).toList();
    }

    /** The asynchronous twin of {@link #batch}. */
    public CompletionStage<List<KeyOutcome>> batchAsync(List<? extends Write> writes, WriteOptions how) {
        List<CompletableFuture<KeyOutcome>> outcomes = writes.stream()
                .map(write -> outcomeOf(write, engine.submit(writeOp(write, how))))
                .toList();
        return CompletableFuture.allOf(outcomes.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> outcomes.stream().map(CompletableFuture::join).toList());
    }

    /**
     * What became of a write that timed out, asked of its partition from any site. If it has not been applied by now, the
     * question itself makes sure that it never will be.
     */
    public Outcome outcome(WriteId id) {
        return engine.call(outcomeOp(id));
    }

    /** The asynchronous twin of {@link #outcome}. */
    public CompletionStage<Outcome> outcomeAsync(WriteId id) {
        return engine.submit(outcomeOp(id));
    }

    /**
     * The keys that start with a prefix (empty: all), in key order over all partitions, streamed with back pressure: at
     * most two parts of the answer are held in memory. Each value was current at some moment during the scan; a key that
     * exists throughout is returned exactly once. A scan that breaks off goes on at another node after the last key
     * returned; so does one of which nothing was read for a minute, when another scan wants its place at its node.
     * Close the cursor if you do not read to its end.
     */
    public ScanCursor scan(String prefix, ScanOptions how) {
        engine.forbidNetworkThread();
        return new ScanCursor(engine, scanRequest(Key.utf8(prefix), how), scanWait(how));
    }

    /** {@link #scan(String, ScanOptions)} with a prefix of any bytes. */
    public ScanCursor scan(byte[] prefix, ScanOptions how) {
        engine.forbidNetworkThread();
        return new ScanCursor(engine, scanRequest(ByteString.copyFrom(prefix), how), scanWait(how));
    }

    /**
     * The asynchronous twin of {@link #scan(String, ScanOptions)}: each subscriber starts a scan of its own, and gets as
     * many entries as it requests. Its methods are called on the client's network thread and must not block; one that throws from {@code onNext} has cancelled its scan.
     */
    public Flow.Publisher<Entry> scanAsync(String prefix, ScanOptions how) {
        ScanRequest request = scanRequest(Key.utf8(prefix), how);
        return subscriber -> ScanStream.publish(engine, request, scanWait(how), subscriber);
    }

    /** {@link #transact(TransactionOptions, TransactionBody)} with the client's defaults. */
    public <T> T transact(TransactionBody<T> body) {
        return transact(TransactionOptions.DEFAULT, body);
    }

    /**
     * Runs a transaction and commits it; when it meets another one, runs it again after a pause, until it is committed, its deadline has
     * passed, or it has been tried often enough. Returns what the body returned in the attempt that was committed. An exception of the
     * body ends the transaction without effect and is passed on. A body that commits the transaction itself ends it, too.
     *
     * @throws TransactionConflictException it was in conflict to the last and had no effect
     * @throws TransactionInDoubtException the deadline passed during the commit: ask {@link HoldfastClient#outcome}
     */
    public <T> T transact(TransactionOptions how, TransactionBody<T> body) {
        engine.forbidNetworkThread();
        TransactionRunner runner = runner(how);
        while (true) {
            try {
                var transaction = new Transaction(runner.next(), routes);
                T result = result(body, transaction);
                if (!transaction.isCommitted()) {
                    transaction.commit();
                }
                return result;
            } catch (RuntimeException failure) {
                // A body that waits for a stage itself gets what that failed with wrapped.
                if (!(HoldfastException.unwrap(failure) instanceof TransactionConflictException conflict)) {
                    throw failure;
                }
                engine.join(() -> runner.pauseAfter(conflict));
            }
        }
    }

    private static <T> T result(TransactionBody<T> body, Transaction transaction) {
        try {
            return body.run(transaction);
        } catch (RuntimeException asItIs) {
            throw asItIs;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        } catch (Exception checked) {
            throw new CompletionException(checked);
        }
    }

    /**
     * The asynchronous twin of {@link #transact(TransactionOptions, TransactionBody)}: the body returns a stage, and no thread waits. The
     * body runs on the client's network thread when it is repeated, and must not block.
     */
    public <T> CompletionStage<T> transactAsync(
            TransactionOptions how, Function<Transaction, CompletionStage<T>> body) {
        return runner(how).run(state -> {
            var transaction = new Transaction(state, routes);
            return transaction.committed(body.apply(transaction));
        });
    }

    private TransactionRunner runner(TransactionOptions how) {
        return new TransactionRunner(
                engine,
                how.concern().orElse(options.writeConcern()),
                how.deadline().orElse(options.deadline()),
                how.maxAttempts());
    }

    /** Begins a transaction that the caller commits or aborts. Asks nobody, and may be forgotten without harm. */
    public Transaction begin(TransactionOptions how) {
        return new Transaction(runner(how).next(), routes);
    }

    /** A snapshot of everything at one timestamp, which a node chooses; never older than what this client has read or written. */
    public Snapshot snapshot(SnapshotOptions how) {
        return engine.join(() -> snapshotAsync(how));
    }

    /** The asynchronous twin of {@link #snapshot}. */
    public CompletionStage<Snapshot> snapshotAsync(SnapshotOptions how) {
        int staleness = Math.toIntExact(how.maxStaleness().toMillis());
        return engine.chooseTimestamp(routes, staleness, how.deadline().orElse(options.deadline()))
                .thenApply(timestamp -> new Snapshot(this, timestamp, how));
    }

    /** A snapshot at a timestamp: a version that a read or write returned, or a commit's. Asks nobody. */
    public Snapshot snapshotAt(long timestamp) {
        return new Snapshot(this, ReadOptions.at(timestamp).at().orElseThrow(), SnapshotOptions.NOW);
    }

    Keyspace sibling(String name) {
        return new Keyspace(engine, options, engine.routesOf(Limits.checkKeyspaceName(name)));
    }

    <T> T join(Supplier<CompletionStage<T>> call) {
        return engine.join(call);
    }

    private Duration scanWait(ScanOptions how) {
        return how.read().deadline().orElse(options.deadline());
    }

    private ScanRequest scanRequest(ByteString prefix, ScanOptions how) {
        if (prefix.size() > Limits.MAX_KEY_BYTES) {
            throw new InvalidRequestException(
                    Reason.INVALID_KEY,
                    "The prefix has " + prefix.size() + " bytes, and a key has at most " + Limits.MAX_KEY_BYTES + ".");
        }
        return ScanRequest.newBuilder()
                .setKeyspace(routes.name())
                .setPrefix(prefix)
                .setAfter(how.after().map(Key::toByteString).orElse(ByteString.EMPTY))
                .setLimit(how.limit())
                .setKeysOnly(how.keysOnly())
                .setMaxStalenessMillis(staleness(how.read()))
                .setAt(how.read().at().orElse(0))
                .build();
    }

    private Op<Optional<Versioned>> getOp(Key key, ReadOptions read) {
        return Op.get(
                routes,
                key,
                staleness(read),
                read.at().orElse(0),
                read.deadline().orElse(options.deadline()));
    }

    private Op<WriteResult> writeOp(Write write, WriteOptions how) {
        return Op.write(
                routes,
                write,
                how.concern().orElse(options.writeConcern()),
                how.deadline().orElse(options.deadline()));
    }

    private Op<Outcome> outcomeOp(WriteId id) {
        return Op.outcome(routes, id, options.deadline());
    }

    private int staleness(ReadOptions read) {
        return Math.toIntExact(
                read.maxStaleness().orElse(options.maxStaleness()).toMillis());
    }

    private static CompletableFuture<KeyOutcome> outcomeOf(Write write, CompletionStage<WriteResult> stage) {
        return stage.handle((result, error) -> {
                    Optional<HoldfastException> failure =
                            Optional.ofNullable(error).map(HoldfastException::of);
                    return new KeyOutcome(write.key(), Optional.ofNullable(result), failure);
                })
                .toCompletableFuture();
    }
}
