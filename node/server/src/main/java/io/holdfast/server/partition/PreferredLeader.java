package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.LeaderView;
import io.holdfast.core.raft.Role;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Gives leadership back to the site that should have it, once that has been well for a while: after a takeover the leaders would
 * otherwise stay where they are and no longer spread over all sites.
 */
final class PreferredLeader {
    private final SiteId preferred;
    private final long patienceNanos;
    private OptionalLong wellSince = OptionalLong.empty();

    PreferredLeader(SiteId preferred, Duration patience) {
        this.preferred = preferred;
        this.patienceNanos = patience.toNanos();
    }

    /** Looked at every half second or so: to whom to hand over now, if to anybody. */
    Optional<SiteId> handOverTo(PartitionView view, long nowNanos) {
        boolean well = view.leaderView()
                .filter(leader -> view.role() == Role.LEADER)
                .map(leader -> isWell(leader, preferred, view.lastIndex()))
                .orElse(false);
        if (!well) {
            wellSince = OptionalLong.empty();
            return Optional.empty();
        }
        if (wellSince.isEmpty()) {
            wellSince = OptionalLong.of(nowNanos);
        }
        if (nowNanos - wellSince.getAsLong() < patienceNanos) {
            return Optional.empty();
        }
        wellSince = OptionalLong.empty();
        return Optional.of(preferred);
    }

    /** It answers, misses no more than what is on its way, its journal is as fast as it should be, and it reaches whom the leader reaches. */
    private static boolean isWell(LeaderView leader, SiteId site, long lastIndex) {
        Long match = leader.matchIndex().get(site);
        return match != null
                && leader.heardWithinTimeout().get(site)
                && !leader.storageSlow().contains(site)
                && !leader.worseConnected().contains(site)
                && lastIndex - match < 1000;
    }

    /** The follower that is furthest among those that answer, if possible one that is well. */
    static Optional<SiteId> bestOther(PartitionView view) {
        return view.leaderView().flatMap(leader -> leader.matchIndex().entrySet().stream()
                .filter(entry -> leader.heardWithinTimeout().get(entry.getKey()))
                .max(Comparator.<Map.Entry<SiteId, Long>, Boolean>comparing(
                                entry -> isWell(leader, entry.getKey(), view.lastIndex()))
                        .thenComparing(Map.Entry::getValue))
                .map(Map.Entry::getKey));
    }
}
