package io.holdfast.core.check;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A second, plain implementation of the state machine that is fed with every entry when it is committed for the first time. It
 * never forgets an outcome, so it knows what exactly-once means without the rules by which the store forgets. Answers to
 * clients are measured against it: each must be the state at some position between what the client could already know and
 * what is committed.
 */
public final class CommittedModel {
    private static final long COUNTER = 1 << 16;

    private final TreeMap<Bytes, KeyHistory> keys = new TreeMap<>();
    private final Map<WriteId, Applied> applied = new HashMap<>();
    private final Map<Long, Long> doneBelow = new HashMap<>();
    private final ArrayList<Bytes> changes = new ArrayList<>();
    private final Acknowledged acknowledged = new Acknowledged();
    /** Positions between two changes of one command: nobody may see the one without the other. */
    private final Set<Long> within = new HashSet<>();

    private final TransactionModel transactions = new TransactionModel(this);
    private final long historyMillis;
    private final int mostSkipped;
    private long lastTimestamp;

    /**
     * @param historyMillis what was deleted so long ago may be forgotten, so a scan from before cannot be committed
     * @param mostSkipped a page of a scan must not end early before so many deleted keys
     */
    public CommittedModel(long historyMillis, int mostSkipped) {
        this.historyMillis = historyMillis;
        this.mostSkipped = mostSkipped;
    }

    /** @param position the number of the change it made, or of the last change before it */
    public record Applied(Outcome outcome, long index, long position) {}

    /** Takes the next committed entry. */
    public void committed(Entry entry) {
        if (entry.kind() != Entry.Kind.COMMANDS) {
            return;
        }
        long timestamp = entry.timestamp();
        for (Command command : CommandBatch.decode(entry.payload())) {
            apply(entry.index(), timestamp++, command);
        }
        lastTimestamp = Math.max(entry.timestamp(), timestamp - 1);
    }

    long floor() {
        return lastTimestamp - historyMillis * COUNTER;
    }

    private void apply(long index, long timestamp, Command command) {
        WriteId id = command.id();
        if (TransactionModel.ends(command.operation())) {
            transactions.end(timestamp, command, applied.containsKey(id)).ifPresent(outcome -> {
                ended(id, new Applied(outcome, index, changes.size()));
                doneBelow.merge(id.client(), command.doneBelow(), Math::max);
            });
            return;
        }
        boolean abandoned = id.sequence() < doneBelow.getOrDefault(id.client(), 0L);
        if (command.operation() instanceof Command.Settle) {
            transactions
                    .settle(timestamp, id)
                    .ifPresent(outcome -> ended(id, new Applied(outcome, index, changes.size())));
        }
        if (!applied.containsKey(id)) {
            Outcome outcome = abandoned
                    ? new Outcome(Outcome.Kind.FORGOTTEN, 0)
                    : decide(timestamp, command, timestamp / COUNTER > command.notAfterMillis());
            if (outcome.kind() == Outcome.Kind.LOCKED) {
                return;
            }
            applied.put(id, new Applied(outcome, index, changes.size()));
        }
        doneBelow.merge(id.client(), command.doneBelow(), Math::max);
    }

    private void ended(WriteId id, Applied how) {
        applied.put(id, how);
        acknowledged.settle(id, how);
    }

    private Outcome decide(long timestamp, Command command, boolean late) {
        if (late || command.operation() instanceof Command.Settle) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, 0);
        }
        if (!(command.operation() instanceof Command.KeyOperation)) {
            return transactions.begin(timestamp, command);
        }
        if (transactions.forbidWrite(((Command.KeyOperation) command.operation()).key())) {
            return new Outcome(Outcome.Kind.LOCKED, 0);
        }
        Bytes key = ((Command.KeyOperation) command.operation()).key();
        KeyHistory history = keys.computeIfAbsent(key, it -> new KeyHistory());
        KeyHistory.State now = history.newest();
        long live = now.value().isEmpty() ? 0 : now.version();
        boolean put = command.operation() instanceof Command.Put;
        Condition condition = put
                ? ((Command.Put) command.operation()).condition()
                : ((Command.Delete) command.operation()).condition();
        if (!holds(condition, live)) {
            return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
        }
        if (!put && live == 0) {
            return new Outcome(Outcome.Kind.APPLIED, 0);
        }
        Optional<Bytes> value = put ? Optional.of(((Command.Put) command.operation()).value()) : Optional.empty();
        change(key, timestamp, value);
        return new Outcome(Outcome.Kind.APPLIED, timestamp);
    }

    void change(Bytes key, long version, Optional<Bytes> value) {
        KeyHistory history = keys.computeIfAbsent(key, it -> new KeyHistory());
        if (history.newest().version() >= version) {
            throw CheckFailed.of("%s is written at %d behind %s", key, version, history);
        }
        changes.add(key);
        history.write(changes.size(), version, value);
    }

    /** What a reader sees of a key now: 0 if it is absent. */
    long liveVersion(Bytes key) {
        KeyHistory history = keys.get(key);
        return history == null || history.newest().value().isEmpty()
                ? 0
                : history.newest().version();
    }

    /** Whether any key of the range has changed since. */
    boolean changedSince(ReadWriteSet.Range range) {
        return keys.tailMap(range.from(), true).entrySet().stream()
                .takeWhile(it ->
                        range.to().isEmpty() || it.getKey().compareTo(range.to().get()) < 0)
                .anyMatch(it -> it.getValue().newest().version() > range.asOf());
    }

    /** The version of a key that stands at a timestamp, after all that will ever be committed: 0 if it is absent. */
    public long versionAt(Bytes key, long timestamp) {
        KeyHistory history = keys.get(key);
        return history == null ? 0 : history.liveVersionAt(timestamp);
    }

    /** All versions that a key ever had, deletions included, in order. */
    public long[] versionsOf(Bytes key) {
        KeyHistory history = keys.get(key);
        return history == null ? new long[0] : history.versions();
    }

    public Optional<Bytes> valueAt(Bytes key, long timestamp) {
        KeyHistory history = keys.get(key);
        return history == null ? Optional.empty() : history.valueAt(timestamp);
    }

    /** The keys with the prefix that are there at a timestamp, after all that will ever be committed. */
    public List<Bytes> keysAt(Bytes prefix, long timestamp) {
        return keys.tailMap(prefix, true).keySet().stream()
                .takeWhile(key -> key.startsWith(prefix))
                .filter(key -> versionAt(key, timestamp) != 0)
                .toList();
    }

    /** A transaction that is prepared and not ended, with its locks. */
    public record Locked(WriteId transaction, long timestamp, Command.Prepare prepare) {
        public long deadlineMillis() {
            return timestamp / COUNTER + prepare.lockMillis();
        }
    }

    /** Transactions that are prepared and not ended. */
    public int prepared() {
        return transactions.prepared();
    }

    public List<Locked> locked() {
        return transactions.locked();
    }

    private static boolean holds(Condition condition, long live) {
        if (condition instanceof Condition.Absent) {
            return live == 0;
        }
        if (condition instanceof Condition.Present) {
            return live != 0;
        }
        return !(condition instanceof Condition.VersionIs is) || (live != 0 && live == is.expected());
    }

    /** The number of committed changes so far: what an answer given now may have seen. */
    public long position() {
        return changes.size();
    }

    /**
     * What a question must be answered by at least.
     *
     * @param position the changes that somebody outside knew of when it was asked
     * @param asOf so old the answer may be, in simulated nanoseconds: what was promised before must hold
     */
    public record Known(long position, long asOf) {}

    public Known known(long asOf) {
        return new Known(acknowledged.at(asOf), asOf);
    }

    public Optional<Applied> find(WriteId id) {
        return Optional.ofNullable(applied.get(id));
    }

    /** A client was told the outcome of a write that must not be lost any more. */
    public void checkAcknowledged(long time, WriteId id, Outcome outcome) {
        Applied known = applied.get(id);
        if (known == null) {
            throw CheckFailed.of("%s was answered %s, but is not committed", id, outcome);
        }
        if (!known.outcome().equals(outcome)) {
            throw CheckFailed.of("%s was answered %s, committed was %s", id, outcome, known);
        }
        acknowledged.reach(time, known.position());
    }

    /** A client was told that a transaction is committed which writes here. It may be prepared here and no more, if it was decided elsewhere. */
    public void checkCommitted(long time, WriteId id, long timestamp) {
        var promised = new Outcome(Outcome.Kind.COMMITTED, timestamp);
        if (transactions.isPrepared(id)) {
            acknowledged.owe(time, id, promised);
        } else {
            checkAcknowledged(time, id, promised);
        }
    }

    /** A read of one key. */
    public void checkRead(long time, Bytes key, Query.Value answer, Known known) {
        checkNothingOwed(known, key::equals, answer);
        long from = acknowledged.atLeast(known);
        KeyHistory history = keys.get(key);
        boolean neverWritten = history == null && answer.value().isEmpty();
        if (neverWritten) {
            return;
        }
        long seen = history == null ? -1 : history.firstMatch(answer, from, position());
        if (seen < 0) {
            throw CheckFailed.of(
                    "a read of %s gave %s, which no state from change %d to %d holds: %s",
                    key, answer, from, position(), history);
        }
        acknowledged.reach(time, seen);
    }

    /** Where a transaction was promised that is prepared here and not yet applied, nothing that it writes may be answered. */
    private void checkNothingOwed(Known known, Predicate<Bytes> asked, Query.Answer answer) {
        for (WriteId id : acknowledged.owedSince(known.asOf())) {
            if (transactions.writesOne(id, asked)) {
                throw CheckFailed.of(
                        "a read gave %s, but transaction %s, which writes there, was known to be committed",
                        answer, id);
            }
        }
    }

    /** A command has made all changes behind this position at once. */
    void together(long before) {
        for (long position = before + 1; position < changes.size(); position++) {
            within.add(position);
        }
    }

    /** A page of a scan: answered from one state of the whole partition. */
    public void checkPage(long time, Query.Scan scan, Query.Page page, Known known) {
        ReadWriteSet.Range range = ReadWriteSet.Range.of(scan, page, 0);
        checkNothingOwed(known, key -> TransactionModel.within(range, key), page);
        long from = acknowledged.atLeast(known);
        boolean changed = true;
        for (long position = from; position <= position(); position++) {
            changed |= position > from && changes.get((int) position - 1).startsWith(scan.prefix());
            if (changed && !within.contains(position)) {
                if (pageAt(scan, page.resumeBehind(), position).equals(Optional.of(page.entries()))) {
                    acknowledged.reach(time, position);
                    return;
                }
                changed = false;
            }
        }
        throw CheckFailed.of(
                "%s gave %s, which no state from change %d to %d gives; the newest gives %s",
                scan, page, from, position(), pageAt(scan, page.resumeBehind(), position()));
    }

    /**
     * What a page that ends where this one ends must hold. Nothing if no page may end there: it is full before, or it is neither full nor has
     * skipped as much as it may.
     */
    private Optional<List<Query.KeyValue>> pageAt(Query.Scan scan, Optional<Bytes> end, long position) {
        var entries = new ArrayList<Query.KeyValue>();
        long size = 0;
        int absent = 0;
        boolean full = false;
        for (Map.Entry<Bytes, KeyHistory> each :
                keys.tailMap(scan.prefix(), true).entrySet()) {
            Bytes key = each.getKey();
            if (!key.startsWith(scan.prefix())) {
                break;
            }
            if (scan.after().isPresent() && key.compareTo(scan.after().get()) <= 0) {
                continue;
            }
            KeyHistory.State state = each.getValue().at(position);
            boolean beyond = end.isPresent() && key.compareTo(end.get()) > 0;
            if (state.value().isEmpty()) {
                absent += beyond ? 0 : 1;
                continue;
            }
            Bytes value = scan.keysOnly() ? Bytes.EMPTY : state.value().get();
            size += key.length() + value.length() + 16L;
            full = !entries.isEmpty() && (entries.size() >= scan.maxEntries() || size > scan.maxBytes());
            if (full || beyond) {
                break;
            }
            entries.add(new Query.KeyValue(key, value, state.version()));
        }
        boolean mayEnd = end.isPresent() ? goesOn(scan, end.get()) && (full || absent >= mostSkipped) : !full;
        return mayEnd ? Optional.of(entries) : Optional.empty();
    }

    private static boolean goesOn(Query.Scan scan, Bytes end) {
        return end.startsWith(scan.prefix())
                && (scan.after().isEmpty() || end.compareTo(scan.after().get()) > 0);
    }

    /** All live keys now. */
    public List<Query.KeyValue> content() {
        var all = new Query.Scan(Bytes.EMPTY, Optional.empty(), Integer.MAX_VALUE, Integer.MAX_VALUE, false);
        return pageAt(all, Optional.empty(), position()).orElseThrow();
    }
}
