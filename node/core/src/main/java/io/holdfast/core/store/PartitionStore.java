package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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

    /**
     * The same on all replicas: part of the keyspace's definition.
     *
     * @param historyMillis how long superseded versions stay readable
     * @param retentionMillis how long outcomes of a silent client are kept
     */
    public record Limits(long historyMillis, long retentionMillis) {}

    /** A version that readers stop seeing at the timestamp. */
    private record Garbage(long sinceTimestamp, Versions.VersionKey version, boolean deletion) {}

    public PartitionStore(Limits limits) {
        this.limits = limits;
    }

    /** Starts from an image. */
    public PartitionStore(Limits limits, StoreImage image) {
        this.limits = limits;
        this.versions = image.versions();
        this.appliedIndex = image.index();
        this.lastTimestamp = image.lastTimestamp();
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
        Bytes key = command.operation().key();
        long live = versions.liveVersion(key);
        if (command.operation() instanceof Command.Put put) {
            if (!put.condition().holds(live)) {
                return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
            }
            write(key, Version.of(timestamp, put.value()));
            return new Outcome(Outcome.Kind.APPLIED, timestamp);
        }
        Command.Delete delete = (Command.Delete) command.operation();
        if (!delete.condition().holds(live)) {
            return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
        }
        if (live == 0) {
            return new Outcome(Outcome.Kind.APPLIED, 0);
        }
        write(key, Version.deletion(timestamp));
        return new Outcome(Outcome.Kind.APPLIED, timestamp);
    }

    private void write(Bytes key, Version version) {
        versions.find(key)
                .ifPresent(before -> garbage.addLast(
                        new Garbage(version.timestamp(), new Versions.VersionKey(key, before.timestamp()), false)));
        if (version.deleted()) {
            garbage.addLast(new Garbage(version.timestamp(), new Versions.VersionKey(key, version.timestamp()), true));
        }
        versions = versions.write(key, version);
    }

    /** Forgets what nobody may read any more. */
    private void collect() {
        long horizon = horizon();
        while (!garbage.isEmpty() && garbage.peekFirst().sinceTimestamp() <= horizon) {
            Garbage oldest = garbage.removeFirst();
            versions = oldest.deletion()
                    ? versions.removeDeletion(
                            oldest.version().key(), oldest.version().timestamp())
                    : versions;
            versions = versions.removeSuperseded(oldest.version());
        }
    }

    private void restoreGarbage() {
        var all = new ArrayList<Garbage>();
        versions.superseded().forEach((key, version) -> {
            all.add(new Garbage(supersededAt(key), key, false));
            if (version.deleted()) {
                all.add(new Garbage(version.timestamp(), key, true));
            }
        });
        versions.newest().forEach((key, version) -> {
            if (version.deleted()) {
                all.add(new Garbage(version.timestamp(), new Versions.VersionKey(key, version.timestamp()), true));
            }
        });
        all.sort(Comparator.comparingLong(Garbage::sinceTimestamp));
        garbage.addAll(all);
    }

    private long supersededAt(Versions.VersionKey version) {
        Versions.VersionKey next = versions.superseded().higherKey(version);
        boolean sameKey = next != null && next.key().equals(version.key());
        return sameKey
                ? next.timestamp()
                : versions.find(version.key()).orElseThrow().timestamp();
    }

    /** Reads below this timestamp are refused: the versions may be gone. */
    public long horizon() {
        return lastTimestamp - HybridClock.ofWallMillis(limits.historyMillis());
    }

    public Query.Answer answer(Query query) {
        if (query instanceof Query.Scan scan) {
            return versions.scan(scan);
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
        return new StoreImage(appliedIndex, lastTimestamp, versions, sessions.copy());
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
