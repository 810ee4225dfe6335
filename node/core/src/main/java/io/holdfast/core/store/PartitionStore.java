package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The state machine of a partition: applies the commands of committed entries, in order, and answers reads. A pure function of
 * the log: every replica that has applied the same entries holds the same bytes, old versions and outcomes included, because
 * what may be forgotten is decided by the entries' timestamps alone.
 */
public final class PartitionStore {
    /** For so many times the retention it stays known that a client was there, so that nobody takes what was forgotten for never applied. */
    private static final int REMEMBERED_RETENTIONS = 24;

    private final Limits limits;
    private final Sessions sessions = new Sessions();
    private final Transactions transactions = new Transactions();
    private final History history;
    private final TransactionSteps steps;
    private final Answers answers;
    private long appliedIndex;
    private long lastTimestamp;

    /**
     * The same on all replicas: part of the keyspace's definition.
     *
     * @param historyMillis how long superseded versions stay readable
     * @param retentionMillis how long outcomes of a silent client are kept
     * @param mostSkipped deleted keys that a scan looks at for one page, so that no step takes long; replicas need not agree on it
     */
    public record Limits(long historyMillis, long retentionMillis, int mostSkipped) {
        public Limits(long historyMillis, long retentionMillis) {
            this(historyMillis, retentionMillis, 4096);
        }
    }

    public PartitionStore(Limits limits) {
        this(limits, StoreImage.empty());
    }

    /** Starts from an image. */
    public PartitionStore(Limits limits, StoreImage image) {
        this.limits = limits;
        this.history = new History(image.versions(), image.horizon().getAsLong());
        this.steps = new TransactionSteps(history, sessions, transactions);
        this.answers = new Answers(history, transactions, steps, limits.mostSkipped());
        this.appliedIndex = image.index();
        this.lastTimestamp = image.lastTimestamp();
        sessions.restore(image.sessions());
        transactions.restore(image.transactions());
    }

    /** An entry that holds no commands. */
    public void applyNothing(long index) {
        check(index == appliedIndex + 1, "entry %d applied after %d", index, appliedIndex);
        appliedIndex = index;
    }

    /** Applies the commands of the entry at this index; the n-th one gets the n-th timestamp from the first. */
    public List<Outcome> apply(long index, long firstTimestamp, List<Command> commands) {
        applyNothing(index);
        check(
                firstTimestamp > lastTimestamp,
                "entry %d has timestamp %d after %d",
                index,
                firstTimestamp,
                lastTimestamp);
        var outcomes = new ArrayList<Outcome>(commands.size());
        long timestamp = firstTimestamp;
        for (Command command : commands) {
            outcomes.add(apply(timestamp, command));
            timestamp++;
        }
        lastTimestamp = firstTimestamp + Math.max(1, commands.size()) - 1;
        history.collect(floor());
        sessions.expire(lastTimestamp - retention(), lastTimestamp - REMEMBERED_RETENTIONS * retention());
        return outcomes;
    }

    private Outcome apply(long timestamp, Command command) {
        return TransactionSteps.mayRepeat(command.operation())
                ? steps.repeatable(timestamp, command)
                : applyOnce(timestamp, command);
    }

    private Outcome applyOnce(long timestamp, Command command) {
        if (command.operation() instanceof Command.Settle) {
            steps.settle(timestamp, command.id());
        }
        Optional<Outcome> first = outcome(command.id());
        Outcome outcome = first.isPresent() ? first.get() : applyNew(timestamp, command);
        if (outcome.kind() != Outcome.Kind.LOCKED) {
            sessions.record(command.id(), command.doneBelow(), timestamp, outcome);
        }
        return outcome;
    }

    private Outcome applyNew(long timestamp, Command command) {
        boolean late = HybridClock.wallMillis(timestamp) > command.notAfterMillis();
        if (late || command.operation() instanceof Command.Settle) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, 0);
        }
        if (command.operation() instanceof Command.KeyOperation onKey) {
            return write(timestamp, onKey);
        }
        if (command.operation() instanceof Command.Commit commit) {
            return steps.commit(timestamp, commit.set(), floor());
        }
        if (command.operation() instanceof Command.CommitLast last) {
            return steps.commitLast(timestamp, command.id(), last, floor());
        }
        return steps.prepare(timestamp, command.id(), (Command.Prepare) command.operation(), floor());
    }

    private Outcome write(long timestamp, Command.KeyOperation operation) {
        Bytes key = operation.key();
        if (!transactions.nothingPrepared() && transactions.locks().forbidWrite(key)) {
            return new Outcome(Outcome.Kind.LOCKED, 0);
        }
        Optional<Version> before = history.versions().find(key);
        long live = before.map(Version::liveTimestamp).orElse(0L);
        boolean put = operation instanceof Command.Put;
        Condition condition = put ? ((Command.Put) operation).condition() : ((Command.Delete) operation).condition();
        if (!condition.holds(live)) {
            return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
        }
        if (!put && live == 0) {
            return new Outcome(Outcome.Kind.APPLIED, 0);
        }
        Optional<Bytes> value = put ? Optional.of(((Command.Put) operation).value()) : Optional.empty();
        history.write(key, before, timestamp, value);
        return new Outcome(Outcome.Kind.APPLIED, timestamp);
    }

    /** What is older than the version at this timestamp is forgotten. Unlike the horizon, a function of the log alone. */
    private long floor() {
        return lastTimestamp - HybridClock.ofWallMillis(limits.historyMillis());
    }

    /** An entry of this timestamp or later lets something be forgotten; {@link Long#MAX_VALUE} if there is nothing to forget. */
    public long forgetsNextAt() {
        long garbage = history.nextGarbage();
        long version = garbage == Long.MAX_VALUE ? garbage : garbage + HybridClock.ofWallMillis(limits.historyMillis());
        return Math.min(version, sessions.nextExpiry(retention(), REMEMBERED_RETENTIONS * retention()));
    }

    private long retention() {
        return HybridClock.ofWallMillis(limits.retentionMillis());
    }

    /** Reads below this timestamp are refused: the versions may be gone. */
    public long horizon() {
        return history.horizon();
    }

    /** From what this replica has applied. A timestamp that it has not reached is denied as one in the future. */
    public Query.Answer answer(Query query) {
        return answers.answer(query, lastTimestamp, floor());
    }

    /** The outcome of a write or of a transaction's part here, as far as it is known. */
    public Optional<Outcome> outcome(WriteId id) {
        return steps.outcome(id);
    }

    /** Whether transactions are under way, so that a write may meet a lock, or somebody may have to finish one. */
    public boolean hasTransactions() {
        return !transactions.isEmpty();
    }

    public Collection<PreparedTransaction> prepared() {
        return transactions.prepared();
    }

    /** Commit decisions that are not complete. */
    public Collection<CommittedTransaction> committed() {
        return transactions.committed();
    }

    /** What stands now, immutable, for a snapshot or a follower; encoding it may happen elsewhere. */
    public StoreImage image() {
        return new StoreImage(
                appliedIndex,
                lastTimestamp,
                history::collectedUpTo,
                history.versions(),
                sessions.image(),
                transactions.copy());
    }

    public long appliedIndex() {
        return appliedIndex;
    }

    public long lastTimestamp() {
        return lastTimestamp;
    }

    public long keys() {
        return history.versions().keys();
    }

    /** What keys, values, prepared transactions and what is remembered of clients take in memory, roughly. */
    public long bytes() {
        return history.versions().bytes() + sessions.bytes() + transactions.bytes();
    }

    /** What an image takes, roughly: of what is remembered of clients it takes a fourth. */
    public long imageBytes() {
        return history.versions().bytes() + sessions.imageBytes() + transactions.bytes();
    }
}
