package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The state machine of a partition: applies the commands of committed entries, in order, and answers reads. A pure function of
 * the log: every replica that has applied the same entries holds the same bytes, old versions and outcomes included, because
 * what may be forgotten is decided by the entries' timestamps alone.
 */
public final class PartitionStore {
    /** Silent clients are looked for when the index is a multiple of this; a fixed rule, so that replicas agree. */
    private static final long EXPIRE_EVERY = 1024;

    private final Limits limits;
    private final Sessions sessions = new Sessions();
    private final ArrayDeque<Garbage> garbage = new ArrayDeque<>();
    private Versions versions = Versions.EMPTY;
    private long appliedIndex;
    private long lastTimestamp;
    private long horizon;
    /** The horizon, for images that another thread encodes while versions below it are cut off. */
    private final AtomicLong collectedUpTo = new AtomicLong();

    /**
     * The same on all replicas: part of the keyspace's definition.
     *
     * @param historyMillis how long superseded versions stay readable
     * @param retentionMillis how long outcomes of a silent client are kept
     */
    public record Limits(long historyMillis, long retentionMillis) {}

    /**
     * What readers stop seeing when the horizon reaches the version: what is older than it, and it itself if it is a deletion.
     */
    private record Garbage(Bytes key, Version newer) {}

    public PartitionStore(Limits limits) {
        this.limits = limits;
    }

    /** Starts from an image. */
    public PartitionStore(Limits limits, StoreImage image) {
        this.limits = limits;
        this.versions = image.versions();
        this.appliedIndex = image.index();
        this.lastTimestamp = image.lastTimestamp();
        this.horizon = image.horizon().getAsLong();
        this.collectedUpTo.set(horizon);
        image.sessions().forEach((client, session) -> sessions.restore(client, session.copy()));
        restoreGarbage();
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
            outcomes.add(applyOnce(timestamp, command));
            timestamp++;
        }
        lastTimestamp = firstTimestamp + Math.max(1, commands.size()) - 1;
        collect();
        if (index % EXPIRE_EVERY == 0) {
            sessions.expire(lastTimestamp - HybridClock.ofWallMillis(limits.retentionMillis()));
        }
        return outcomes;
    }

    private Outcome applyOnce(long timestamp, Command command) {
        Optional<Outcome> first = sessions.find(command.id());
        Outcome outcome = first.isPresent() ? first.get() : applyNew(timestamp, command);
        sessions.record(command.id(), command.doneBelow(), timestamp, outcome);
        return outcome;
    }

    private Outcome applyNew(long timestamp, Command command) {
        boolean late = HybridClock.wallMillis(timestamp) > command.notAfterMillis();
        if (late || command.operation() instanceof Command.Settle) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, 0);
        }
        if (!(command.operation() instanceof Command.KeyOperation onKey)) {
            throw new UnsupportedOperationException("transactions are not applied yet");
        }
        Bytes key = onKey.key();
        long live = versions.liveVersion(key);
        if (command.operation() instanceof Command.Put put) {
            if (!put.condition().holds(live)) {
                return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
            }
            write(key, timestamp, Optional.of(put.value()));
            return new Outcome(Outcome.Kind.APPLIED, timestamp);
        }
        Command.Delete delete = (Command.Delete) command.operation();
        if (!delete.condition().holds(live)) {
            return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
        }
        if (live == 0) {
            return new Outcome(Outcome.Kind.APPLIED, 0);
        }
        write(key, timestamp, Optional.empty());
        return new Outcome(Outcome.Kind.APPLIED, timestamp);
    }

    private void write(Bytes key, long timestamp, Optional<Bytes> value) {
        Optional<Version> before = versions.find(key);
        Version version = Version.of(timestamp, value, before);
        versions = versions.write(key, version, before);
        if (before.isPresent() || version.deleted()) {
            garbage.addLast(new Garbage(key, version));
        }
    }

    /** Forgets what nobody may read any more. */
    private void collect() {
        horizon = Math.max(horizon, lastTimestamp - HybridClock.ofWallMillis(limits.historyMillis()));
        // Published before anything is cut off, so that an image that misses something never claims to hold it.
        collectedUpTo.set(horizon);
        while (!garbage.isEmpty() && garbage.peekFirst().newer().timestamp() <= horizon) {
            Garbage oldest = garbage.removeFirst();
            versions = versions.freed(oldest.newer().cut());
            if (oldest.newer().deleted()) {
                versions = versions.forgetDeletion(oldest.key(), oldest.newer());
            }
        }
    }

    private void restoreGarbage() {
        var all = new ArrayList<Garbage>();
        versions.newest().forEach((key, newest) -> {
            List<Version> chain = newest.chain();
            for (int i = 0; i < chain.size(); i++) {
                boolean hasOlder = i + 1 < chain.size();
                if (hasOlder || chain.get(i).deleted()) {
                    all.add(new Garbage(key, chain.get(i)));
                }
            }
        });
        all.sort(Comparator.comparingLong(it -> it.newer().timestamp()));
        garbage.addAll(all);
    }

    /** Reads below this timestamp are refused: the versions may be gone. */
    public long horizon() {
        return horizon;
    }

    public Query.Answer answer(Query query) {
        if (query instanceof Query.Scan scan) {
            return versions.scan(scan);
        }
        if (!(query instanceof Query.Plain)) {
            throw new UnsupportedOperationException("transactions do not read yet");
        }
        return versions.find(((Query.Get) query).key())
                .filter(version -> !version.deleted())
                .map(version -> new Query.Value(version.value(), version.timestamp()))
                .orElse(Query.Value.ABSENT);
    }

    /** The outcome of a write, if it is known. */
    public Optional<Outcome> outcome(WriteId id) {
        return sessions.find(id);
    }

    /** What stands now, immutable, for a snapshot or a follower; encoding it may happen elsewhere. */
    public StoreImage image() {
        return new StoreImage(appliedIndex, lastTimestamp, collectedUpTo::get, versions, sessions.copy());
    }

    public long appliedIndex() {
        return appliedIndex;
    }

    public long lastTimestamp() {
        return lastTimestamp;
    }

    public long keys() {
        return versions.keys();
    }

    /** What keys and values take in memory, roughly. */
    public long bytes() {
        return versions.bytes();
    }
}
