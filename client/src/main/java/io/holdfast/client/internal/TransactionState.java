package io.holdfast.client.internal;

import com.google.protobuf.ByteString;
import io.holdfast.client.CommitResult;
import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Reason;
import io.holdfast.client.TimedOutException;
import io.holdfast.client.TransactionConflictException;
import io.holdfast.client.TransactionId;
import io.holdfast.client.TransactionInDoubtException;
import io.holdfast.client.WriteConcern;
import io.holdfast.v1.GetResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One transaction from its begin to its end. Reads go to the leaders at once; whatever was read must have stood together at one
 * moment, else the transaction is in conflict, so that its body never sees two states mixed. Writes stay here until the commit.
 *
 * <p>Used by one caller at a time, whose reads may complete on the network thread: therefore the lock.
 */
public final class TransactionState {
    private final Engine engine;
    private final WriteConcern concern;
    private final boolean contended;
    private final long deadline;
    private final Footprint footprint = new Footprint();
    private Stage stage = Stage.OPEN;
    /** The commit that was sent. */
    private Optional<TransactionOps.CommitAll> sent = Optional.empty();

    private boolean abandoned;
    private volatile Optional<CommitResult> committed = Optional.empty();

    private enum Stage {
        OPEN,
        /** A read failed, did not fit or was interrupted: only the end is possible. */
        BROKEN,
        ENDED
    }

    /**
     * @param contended whether an attempt before this one met a conflict
     * @param deadline as of {@link System#nanoTime}
     */
    public TransactionState(Engine engine, WriteConcern concern, boolean contended, long deadline) {
        this.engine = engine;
        this.concern = concern;
        this.contended = contended;
        this.deadline = deadline;
    }

    public Engine engine() {
        return engine;
    }

    /** Until the deadline. An operation that has no time left fails without being sent. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private void checkOpen() {
        if (stage == Stage.ENDED) {
            throw new IllegalStateException("The transaction has ended: begin another one");
        }
        if (stage == Stage.BROKEN) {
            throw new IllegalStateException(
                    "A read of the transaction has failed or was interrupted: end it, and begin another one");
        }
    }

    /** The value of a key as this transaction sees it. */
    public CompletableFuture<Optional<byte[]>> get(KeyspaceRoutes routes, Key key) {
        return getAll(routes, List.of(key)).thenApply(found -> Optional.ofNullable(found.get(key)));
    }

    /** The values of those of the keys that exist, asked for together. */
    public CompletableFuture<TreeMap<Key, byte[]>> getAll(KeyspaceRoutes routes, Collection<Key> keys) {
        List<Place> unknown;
        synchronized (this) {
            checkOpen();
            unknown = keys.stream()
                    .distinct()
                    .map(key -> new Place(routes, key))
                    .filter(place -> !footprint.writes.containsKey(place) && !footprint.reads.containsKey(place))
                    .toList();
            footprint.checkRoomFor(unknown.size());
        }
        List<CompletableFuture<GetResult>> answers = unknown.stream()
                .map(place -> engine.submit(new TransactionOps.DatedGet(routes, place.key(), remaining())))
                .toList();
        CompletableFuture<Void> read = answers.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : all(answers).thenCompose(done -> take(unknown, answers));
        return orBreak(read).thenApply(done -> values(routes, keys));
    }

    private static CompletableFuture<Void> all(List<? extends CompletableFuture<?>> stages) {
        return CompletableFuture.allOf(stages.toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> take(List<Place> places, List<CompletableFuture<GetResult>> answers) {
        synchronized (this) {
            for (int i = 0; i < places.size(); i++) {
                footprint.read(places.get(i), answers.get(i).join());
            }
        }
        return ofOneMoment();
    }

    /** The stage of a read: when it fails, the transaction is broken. */
    private <T> CompletableFuture<T> orBreak(CompletableFuture<T> stage) {
        return stage.whenComplete((done, failure) -> {
            if (failure != null) {
                breakUp();
            }
        });
    }

    private synchronized void breakUp() {
        stage = stage == Stage.OPEN ? Stage.BROKEN : stage;
    }

    /**
     * Waits for a read and what follows from it. If the wait is interrupted, the transaction is broken: what comes of the read, a put
     * of its sum perhaps, is not known to the body, and must not be committed with what the body does instead.
     */
    public <T> T join(Supplier<CompletionStage<T>> read) {
        try {
            return engine.join(read);
        } catch (HoldfastException failed) {
            if (failed.reason() == Reason.INTERRUPTED) {
                breakUp();
            }
            throw failed;
        }
    }

    private synchronized TreeMap<Key, byte[]> values(KeyspaceRoutes routes, Collection<Key> keys) {
        var values = new TreeMap<Key, byte[]>();
        for (Key key : keys) {
            value(new Place(routes, key)).ifPresent(value -> values.put(key, value));
        }
        return values;
    }

    private Optional<byte[]> value(Place place) {
        if (footprint.writes.containsKey(place)) {
            // A copy, as of what was read: what the body does with it must not change what it has put.
            return footprint.writes.get(place).map(byte[]::clone);
        }
        GetResult read = footprint.reads.get(place);
        return read.getFound() ? Optional.of(read.getValue().toByteArray()) : Optional.empty();
    }

    /** The version that was read of a key: 0 if it is absent. Only after a get. */
    public synchronized long versionRead(KeyspaceRoutes routes, Key key) {
        return footprint.reads.get(new Place(routes, key)).getVersion();
    }

    public synchronized boolean hasWritten(KeyspaceRoutes routes, Key key) {
        return footprint.writes.containsKey(new Place(routes, key));
    }

    /** @param value empty: the key is deleted */
    public synchronized void write(KeyspaceRoutes routes, Key key, Optional<byte[]> value) {
        checkOpen();
        footprint.write(new Place(routes, key), value);
    }

    /** Keys with a prefix, in order, this transaction's own writes included. */
    public CompletableFuture<List<Entry>> scan(KeyspaceRoutes routes, ByteString prefix, int limit) {
        var own = new TreeMap<Key, Optional<byte[]>>();
        synchronized (this) {
            checkOpen();
            footprint.writes.forEach((place, value) -> {
                if (place.routes() == routes && place.key().toByteString().startsWith(prefix)) {
                    own.put(place.key(), value);
                }
            });
        }
        var scan = new TransactionScan(this, routes, prefix, limit, own);
        return orBreak(scan.run().thenCompose(entries -> {
            synchronized (this) {
                scan.ranges().forEach(it -> footprint.scanned(routes, it.range(), it.validFrom()));
            }
            return ofOneMoment().thenApply(done -> entries);
        }));
    }

    /** A scan has looked at so many more keys of a partition. */
    synchronized void lookedAt(KeyspaceRoutes routes, int partition, int keys) {
        footprint.lookedAt(new Footprint.Part(routes, partition), keys);
    }

    /** Completes when all that was read is known to have stood together at one moment, or fails as a conflict. */
    private CompletableFuture<Void> ofOneMoment() {
        synchronized (this) {
            if (footprint.isOfOneMoment()) {
                return CompletableFuture.completedFuture(null);
            }
        }
        // A key that has come and gone meanwhile is found out when it commits: a transaction may go on for longer than
        // the history reaches.
        return validate(false);
    }

    /** Asks all partitions at once whether what was read there still stands: then it stood together before the first was asked. */
    private CompletableFuture<Void> validate(boolean lasting) {
        return partitionsKnown().thenCompose(known -> askAll(lasting));
    }

    private CompletableFuture<Void> askAll(boolean lasting) {
        var questions = new ArrayList<TransactionOps.Validation>();
        synchronized (this) {
            footprint
                    .questions(lasting)
                    .forEach(question -> questions.add(new TransactionOps.Validation(
                            question.part().routes(), question.part().partition(), question.set(), remaining())));
        }
        // Without the lock, for which the network thread must never wait: there may be no room for them yet.
        List<CompletableFuture<Boolean>> answers =
                questions.stream().map(engine::submit).toList();
        return all(answers).thenAccept(done -> {
            if (!answers.stream().allMatch(CompletableFuture::join)) {
                throw new TransactionConflictException(
                        "Something that the transaction has read was changed by another one: run it again.");
            }
        });
    }

    /** Nothing was sent, so nothing needs to be taken back. */
    public synchronized void abort() {
        stage = Stage.ENDED;
    }

    /** How it was committed, once it is. */
    public Optional<CommitResult> committed() {
        return committed;
    }

    /** Ends the transaction: its writes take effect together, or not at all. */
    public CompletableFuture<CommitResult> commit() {
        return end().thenApply(result -> {
            committed = Optional.of(result);
            return result;
        });
    }

    /** Commits and waits. If the thread is interrupted meanwhile, that ends as soon as it is known what to tell the application. */
    public CommitResult commitAndWait() {
        CompletableFuture<CommitResult> ending = engine.begin(this::commit);
        return engine.await(ending, remaining().toNanos(), () -> abandon(ending));
    }

    private void abandon(CompletableFuture<CommitResult> ending) {
        Optional<TransactionOps.CommitAll> open;
        synchronized (this) {
            abandoned = true;
            open = sent;
        }
        open.ifPresentOrElse(engine::abandon, () -> ending.completeExceptionally(notSent()));
    }

    private HoldfastException notSent() {
        if (remaining().isZero()) {
            return new TimedOutException(
                    "The deadline passed before the commit was sent: the transaction had no effect, and will have none.",
                    Optional.empty(),
                    Optional.empty());
        }
        return new HoldfastException(
                Reason.INTERRUPTED,
                "The thread was interrupted before the commit was sent: the transaction had no effect, and will have none.");
    }

    private CompletableFuture<CommitResult> end() {
        boolean writes;
        synchronized (this) {
            checkOpen();
            stage = Stage.ENDED;
            writes = !footprint.writes.isEmpty();
            if (footprint.isEmpty() && !writes) {
                return CompletableFuture.completedFuture(new CommitResult(0));
            }
        }
        return partitionsKnown().thenCompose(known -> writes ? commitWrites() : commitReads());
    }

    private CompletableFuture<Void> partitionsKnown() {
        var keys = new ArrayList<Place>();
        synchronized (this) {
            keys.addAll(footprint.reads.keySet());
            keys.addAll(footprint.writes.keySet());
        }
        return all(keys.stream()
                .filter(place -> place.routes().partitions() == 0)
                .map(place -> engine.partitions(place.routes(), place.key(), remaining()))
                .toList());
    }

    /** In one partition timestamps follow real time, so that what stood at one of them was the state at some moment since the begin. */
    private CompletableFuture<CommitResult> commitReads() {
        synchronized (this) {
            if (footprint.partsRead().size() == 1 && footprint.isOfOneMoment()) {
                return CompletableFuture.completedFuture(new CommitResult(footprint.until()));
            }
        }
        return validate(true).thenApply(valid -> new CommitResult(0));
    }

    private CompletableFuture<CommitResult> commitWrites() {
        TransactionOps.CommitAll commit;
        synchronized (this) {
            if (abandoned) {
                return CompletableFuture.failedFuture(notSent());
            }
            footprint.checkPartitions();
            Place decider = footprint.decider();
            commit = new TransactionOps.CommitAll(
                    decider.routes(),
                    decider.key(),
                    footprint.sets(),
                    footprint.isOfOnePartition(),
                    concern,
                    contended,
                    remaining());
            sent = Optional.of(commit);
        }
        String keyspace = commit.routes.name();
        return engine.submit(commit).handle((result, failure) -> {
            if (failure != null) {
                throw inDoubt(keyspace, HoldfastException.of(failure));
            }
            return switch (result.getState()) {
                case COMMITTED -> new CommitResult(result.getTimestamp());
                case CONFLICT ->
                    throw new TransactionConflictException(
                            "Something that the transaction has read was changed, or is held by another one: run it again.");
                case ABORTED ->
                    throw new TransactionConflictException(
                            "The transaction was not prepared at all its partitions in time: run it again.");
                case STATE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalStateException("not a result of a commit: " + result.getStateValue());
            };
        });
    }

    private static RuntimeException inDoubt(String keyspace, HoldfastException failure) {
        return failure.writeId().isEmpty()
                ? failure
                : new TransactionInDoubtException(
                        new TransactionId(keyspace, failure.writeId().get()), failure);
    }
}
