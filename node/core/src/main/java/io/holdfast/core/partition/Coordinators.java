package io.holdfast.core.partition;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.WriteId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the coordinators are of what this leader has prepared, and whether they seem gone. Only a coordinator knows of an abort that it has decided, so what
 * it cannot tell any more would be locked until its deadline. All of it is a hint, in memory: to ask for an end too early aborts what could have been committed, and nothing else.
 */
final class Coordinators {
    /** A site that is said to be lost, and has sent nothing, for so long. */
    private static final long LOST_NANOS = 500_000_000L;
    /** While a site is lost, what an earlier leader has taken may be its coordinators'; others have found the new leader by then. */
    private static final long INHERITED_NANOS = 1_500_000_000L;

    /** Empty: of what this leader has taken from nobody knows where. */
    private final Map<WriteId, Optional<SiteId>> taken = new HashMap<>();
    /** Since when a site is said to be lost, or the last message from it after that. */
    private final Map<SiteId, Long> lostSince = new HashMap<>();

    void reachable(SiteId site, boolean reachable, Now now) {
        if (reachable) {
            lostSince.remove(site);
        } else {
            lostSince.putIfAbsent(site, now.nanos());
        }
    }

    /** This leader has taken it. Of several coordinators of one transaction the last one counts that is not at a lost site. */
    void taken(PartitionInput.Submit submit, Now now) {
        Optional<SiteId> from = submit.from();
        if (!lostSince.isEmpty() && from.isPresent()) {
            lostSince.computeIfPresent(from.get(), (site, since) -> now.nanos());
        }
        for (Command command : submit.commands()) {
            if (command.operation() instanceof Command.Prepare) {
                taken.merge(command.id(), from, (before, latest) -> isLost(latest) ? before : latest);
            }
        }
    }

    private boolean isLost(Optional<SiteId> site) {
        return site.isPresent() && lostSince.containsKey(site.get());
    }

    /** @param sinceNanos this leader has known that it is prepared */
    boolean seemGone(WriteId id, long sinceNanos, Now now) {
        if (lostSince.isEmpty()) {
            return false;
        }
        Optional<SiteId> site = taken.get(id);
        if (site != null) {
            Long lost = site.map(lostSince::get).orElse(null);
            return lost != null && now.nanos() - Math.max(lost, sinceNanos) >= LOST_NANOS;
        }
        for (long lost : lostSince.values()) {
            if (now.nanos() - Math.max(lost, sinceNanos) >= INHERITED_NANOS) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return taken.isEmpty();
    }

    void retain(Predicate<WriteId> those) {
        taken.keySet().removeIf(those.negate());
    }

    /** Another leader takes what comes now. */
    void forget() {
        taken.clear();
    }
}
