package io.holdfast.core.check;

import io.holdfast.core.check.CommittedModel.Applied;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What somebody outside a partition knows of its changes, and since when. A transaction that another partition decides may be known to be committed before its
 * change stands here: until then it is owed, and then it counts from when it was known.
 */
final class Acknowledged {
    private final Frontier frontier = new Frontier();
    private final Map<WriteId, Debt> owed = new HashMap<>();
    private final List<Paid> paid = new ArrayList<>();

    private record Debt(long since, Outcome promised) {}

    private record Paid(long since, long position) {}

    void reach(long time, long position) {
        frontier.reach(time, position);
    }

    void owe(long time, WriteId id, Outcome promised) {
        owed.putIfAbsent(id, new Debt(time, promised));
    }

    /** A transaction has come to its end here. */
    void settle(WriteId id, Applied how) {
        Debt debt = owed.remove(id);
        if (debt == null) {
            return;
        }
        if (!debt.promised().equals(how.outcome())) {
            throw CheckFailed.of("%s was answered %s, but ends as %s", id, debt.promised(), how);
        }
        paid.add(new Paid(debt.since(), how.position()));
    }

    long at(long time) {
        return frontier.at(time);
    }

    /** The position that an answer must have reached, by all that is known of it by now. */
    long atLeast(CommittedModel.Known known) {
        long position = known.position();
        for (Paid each : paid) {
            position = each.since() < known.asOf() ? Math.max(position, each.position()) : position;
        }
        return position;
    }

    /** Transactions that were known to be committed before this time, and whose changes do not stand here yet. */
    List<WriteId> owedSince(long time) {
        if (owed.isEmpty()) {
            return List.of();
        }
        return owed.entrySet().stream()
                .filter(debt -> debt.getValue().since() < time)
                .map(Map.Entry::getKey)
                .toList();
    }
}
