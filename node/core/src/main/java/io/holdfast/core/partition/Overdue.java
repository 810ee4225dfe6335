package io.holdfast.core.partition;

import io.holdfast.core.Now;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommittedTransaction;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.store.PreparedTransaction;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.Unfinished;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which transactions a leader wants to be finished, because whoever runs them has not done so in time. How long it has known of one is
 * counted on its monotonic clock, too: the wall clock of the leader that prepared it may have been ahead.
 */
final class Overdue {
    /** A decision that is not complete by then has probably lost its coordinator. Short: followers' locks are held until it is. */
    private static final long COMPLETE_WITHIN_NANOS = 500_000_000L;

    private static final long ASK_AGAIN_NANOS = 500_000_000L;
    /** The rest must wait for the next tick: each of them costs messages. */
    private static final int AT_MOST = 64;

    private Map<WriteId, Watched> watched = new HashMap<>();
    private final Coordinators coordinators = new Coordinators();

    private static final class Watched {
        final long sinceNanos;
        long notBeforeNanos;

        Watched(long sinceNanos) {
            this.sinceNanos = sinceNanos;
            this.notBeforeNanos = sinceNanos;
        }

        boolean mayBeAskedFor(Now now) {
            return now.nanos() - notBeforeNanos >= 0;
        }
    }

    private record Due(Watched watched, Unfinished unfinished) {}

    Coordinators coordinators() {
        return coordinators;
    }

    boolean isEmpty() {
        return watched.isEmpty() && coordinators.isEmpty();
    }

    /**
     * For a leader, now and then.
     *
     * @param underWay whether a command is taken and has no outcome yet
     */
    List<Unfinished> due(PartitionStore store, Predicate<WriteId> underWay, Now now) {
        var still = new HashMap<WriteId, Watched>();
        var due = new ArrayList<Due>();
        for (PreparedTransaction prepared : store.prepared()) {
            Watched known = watch(prepared.id(), now, still);
            boolean late = now.wallMillis() >= prepared.lockDeadlineMillis()
                    || now.nanos() - known.sinceNanos >= prepared.lockMillis() * 1_000_000L
                    || coordinators.seemGone(prepared.id(), known.sinceNanos, now);
            if (late && known.mayBeAskedFor(now)) {
                due.add(new Due(known, undecided(prepared)));
            }
        }
        for (CommittedTransaction committed : store.committed()) {
            Watched known = watch(committed.id(), now, still);
            if (now.nanos() - known.sinceNanos >= COMPLETE_WITHIN_NANOS && known.mayBeAskedFor(now)) {
                due.add(new Due(
                        known, new Unfinished.Incomplete(committed.id(), committed.timestamp(), committed.others())));
            }
        }
        watched = still;
        coordinators.retain(id -> still.containsKey(id) || underWay.test(id));
        return longestWaiting(due, now);
    }

    /** Those that were asked for longest ago, or never: so that everyone has a turn, however many there are that cannot be ended. */
    private static List<Unfinished> longestWaiting(List<Due> due, Now now) {
        due.sort(Comparator.comparingLong(it -> it.watched().notBeforeNanos));
        var asked = new ArrayList<Unfinished>();
        for (Due each : due.subList(0, Math.min(AT_MOST, due.size()))) {
            each.watched().notBeforeNanos = now.nanos() + ASK_AGAIN_NANOS;
            asked.add(each.unfinished());
        }
        return asked;
    }

    /** Another leader sees to them now. */
    void forget() {
        watched = new HashMap<>();
        coordinators.forget();
    }

    private Watched watch(WriteId id, Now now, Map<WriteId, Watched> still) {
        Watched known = watched.getOrDefault(id, new Watched(now.nanos()));
        still.put(id, known);
        return known;
    }

    private static Unfinished undecided(PreparedTransaction prepared) {
        return prepared.part() instanceof Command.Decides decides
                ? new Unfinished.Undecided(prepared.id(), Optional.empty(), decides.others())
                : new Unfinished.Undecided(
                        prepared.id(), Optional.of(((Command.Follows) prepared.part()).decisionPartition()), List.of());
    }
}
