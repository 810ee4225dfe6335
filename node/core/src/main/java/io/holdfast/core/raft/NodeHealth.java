package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What keeps a node from serving as well as others, as it says itself with each answer to a leader.
 *
 * @param full it has no room for more data
 * @param storageSlow its journal takes far longer than it should, or has yet to show that it does not any more
 * @param late it is short of the processor, so that messages wait, and it may not know yet whom it does not reach
 * @param unreachable sites with a replica of the partition that it does not reach, as far as it knows
 */
public record NodeHealth(boolean full, boolean storageSlow, boolean late, Set<SiteId> unreachable) {
    public static final NodeHealth GOOD = new NodeHealth(false, false, false, Set.of());

    public NodeHealth {
        // In an order, so that the same is written as the same.
        unreachable = Collections.unmodifiableSet(new TreeSet<>(unreachable));
    }

    NodeHealth withFull(boolean now) {
        return new NodeHealth(now, storageSlow, late, unreachable);
    }

    NodeHealth withStorageSlow(boolean now) {
        return new NodeHealth(full, now, late, unreachable);
    }

    NodeHealth withLate(boolean now) {
        return new NodeHealth(full, storageSlow, now, unreachable);
    }

    NodeHealth withReachable(SiteId site, boolean now) {
        var changed = new TreeSet<>(unreachable);
        if (now) {
            changed.remove(site);
        } else {
            changed.add(site);
        }
        return new NodeHealth(full, storageSlow, late, changed);
    }

    boolean reaches(SiteId site) {
        return !unreachable.contains(site);
    }
}
