package io.holdfast.core.check;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Outcome.Kind;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The part of {@link CommittedModel} that knows what the steps of transactions do to a partition. Plain, and slow. */
final class TransactionModel {
    private final CommittedModel model;
    private final Map<WriteId, Prepared> prepared = new HashMap<>();

    private record Prepared(long timestamp, Command.Prepare prepare) {}

    TransactionModel(CommittedModel model) {
        this.model = model;
    }

    /** Whether it ends a transaction that was prepared, for whoever, and any number of times. */
    static boolean ends(Command.Operation operation) {
        return operation instanceof Command.Decide
                || operation instanceof Command.Resolve
                || operation instanceof Command.Complete;
    }

    int prepared() {
        return prepared.size();
    }

    List<CommittedModel.Locked> locked() {
        return prepared.entrySet().stream()
                .map(it -> new CommittedModel.Locked(
                        it.getKey(), it.getValue().timestamp(), it.getValue().prepare()))
                .toList();
    }

    boolean isPrepared(WriteId id) {
        return prepared.containsKey(id);
    }

    /** Whether it is prepared and will write one of these keys. */
    boolean writesOne(WriteId id, Predicate<Bytes> keys) {
        return prepared.containsKey(id)
                && prepared.get(id).prepare().set().writes().stream().anyMatch(write -> keys.test(write.key()));
    }

    boolean forbidWrite(Bytes key) {
        for (Prepared each : prepared.values()) {
            ReadWriteSet set = each.prepare().set();
            if (writes(set, key) || reads(set, key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean writes(ReadWriteSet set, Bytes key) {
        for (ReadWriteSet.Write write : set.writes()) {
            if (write.key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    /** By itself, or as one of a range. */
    private static boolean reads(ReadWriteSet set, Bytes key) {
        for (ReadWriteSet.Read read : set.reads()) {
            if (read.key().equals(key)) {
                return true;
            }
        }
        for (ReadWriteSet.Range range : set.ranges()) {
            if (within(range, key)) {
                return true;
            }
        }
        return false;
    }

    static boolean within(ReadWriteSet.Range range, Bytes key) {
        return range.from().compareTo(key) <= 0
                && (range.to().isEmpty() || key.compareTo(range.to().get()) < 0);
    }

    Outcome begin(long timestamp, Command command) {
        ReadWriteSet set = setOf(command.operation());
        if (!free(set) || !unchanged(set)) {
            return new Outcome(Kind.CONFLICT, 0);
        }
        if (command.operation() instanceof Command.CommitLast last && last.preparedUpTo() >= timestamp) {
            throw CheckFailed.of("%s is committed at %d", command, timestamp);
        }
        if (!(command.operation() instanceof Command.Prepare)) {
            write(set, timestamp);
            return new Outcome(Kind.COMMITTED, timestamp);
        }
        prepared.put(command.id(), new Prepared(timestamp, (Command.Prepare) command.operation()));
        return new Outcome(Kind.PREPARED, timestamp);
    }

    private static ReadWriteSet setOf(Command.Operation operation) {
        if (operation instanceof Command.Commit commit) {
            return commit.set();
        }
        return operation instanceof Command.CommitLast last ? last.set() : ((Command.Prepare) operation).set();
    }

    private boolean free(ReadWriteSet set) {
        for (ReadWriteSet.Write write : set.writes()) {
            if (forbidWrite(write.key())) {
                return false;
            }
        }
        for (Prepared each : prepared.values()) {
            for (ReadWriteSet.Write write : each.prepare().set().writes()) {
                if (reads(set, write.key())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean unchanged(ReadWriteSet set) {
        return set.reads().stream().allMatch(read -> model.liveVersion(read.key()) == read.version())
                && set.ranges().stream().noneMatch(range -> range.asOf() < model.floor() || model.changedSince(range));
    }

    private void write(ReadWriteSet set, long timestamp) {
        long before = model.position();
        set.writes().stream()
                .filter(write -> write.value().isPresent() || model.liveVersion(write.key()) != 0)
                .forEach(write -> model.change(write.key(), timestamp, write.value()));
        model.together(before);
    }

    /** The outcome from now on, if this step makes one. */
    Optional<Outcome> end(long timestamp, Command command, boolean known) {
        Prepared mine = prepared.get(command.id());
        boolean toDecider = command.operation() instanceof Command.Decide;
        if (command.operation() instanceof Command.Complete) {
            return Optional.empty();
        }
        Decision wanted = toDecider
                ? ((Command.Decide) command.operation()).decision()
                : ((Command.Resolve) command.operation()).decision();
        if (mine == null) {
            boolean fences = !known && (toDecider || !wanted.commit());
            return fences ? Optional.of(new Outcome(Kind.ABORTED, 0)) : Optional.empty();
        }
        if (toDecider != mine.prepare().part() instanceof Command.Decides) {
            throw CheckFailed.of("%s is sent to the wrong partition", command);
        }
        prepared.remove(command.id());
        if (!wanted.commit()) {
            return Optional.of(new Outcome(Kind.ABORTED, 0));
        }
        if (wanted.timestamp() < mine.timestamp() || wanted.timestamp() >= timestamp) {
            throw CheckFailed.of("%s ends what was prepared at %d", command, mine.timestamp());
        }
        write(mine.prepare().set(), wanted.timestamp());
        return Optional.of(new Outcome(Kind.COMMITTED, wanted.timestamp()));
    }

    /** Whoever asks for the outcome of an undecided transaction aborts it, where it is decided. */
    Optional<Outcome> settle(long timestamp, WriteId id) {
        Prepared mine = prepared.get(id);
        if (mine == null || !(mine.prepare().part() instanceof Command.Decides)) {
            return Optional.empty();
        }
        prepared.remove(id);
        return Optional.of(new Outcome(Kind.ABORTED, 0));
    }
}
