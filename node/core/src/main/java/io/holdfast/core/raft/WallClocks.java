package io.holdfast.core.raft;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a leader knows of the followers' wall clocks, to tell whether its own is the one that is wrong. Timestamps come from a leader's wall clock, and a
 * partition's time never goes back: a clock that is minutes fast would drag it along, and every write would count as too late until the
 * others' clocks have caught up (docs/protocol.md, section 11).
 *
 * <p>An answer shows what the other clock said at some moment between question and answer, so it gives bounds, and what is late by seconds gives
 * wide ones (Marzullo and Owicki, "Maintaining the Time in a Distributed System", 1983).
 */
final class WallClocks {
    /** Clocks within a second of each other are as good as each other. */
    static final long MOST_APART_MILLIS = 1_000;

    private final Map<SiteId, Bounds> others = new HashMap<>();

    /** Of another's wall time less this replica's monotonic time, in milliseconds: stays right when this replica's wall clock is set. */
    private record Bounds(long least, long most) {
        /** Both hold, unless the clock has been set in between, or the two clocks have drifted apart; then the later one does. */
        Bounds and(Bounds later) {
            var both = new Bounds(Math.max(least, later.least), Math.min(most, later.most));
            return both.least <= both.most ? both : later;
        }
    }

    void heard(AppendResponse response, Now now) {
        if (response.stamp() != 0) {
            long least = response.wallMillis() - now.nanos() / 1_000_000;
            long most = response.wallMillis() - Math.min(response.stamp(), now.nanos()) / 1_000_000;
            others.merge(response.from(), new Bounds(least, most), Bounds::and);
        }
    }

    /** Of two that differ nobody knows which is wrong. */
    boolean conclusive() {
        return others.size() >= 2;
    }

    /**
     * What to add to this replica's wall clock: 0 unless it is more than a second outside the bounds of the median of all clocks that are known,
     * its own among them; of two in the middle the one that is behind, because a time that stands still for a while does no harm.
     */
    long correctionMillis(Now now) {
        long least = median(Bounds::least, now);
        long most = median(Bounds::most, now);
        if (least > MOST_APART_MILLIS) {
            return least;
        }
        return most < -MOST_APART_MILLIS ? most : 0;
    }

    /** How far the median is ahead of this replica's own clock. */
    private long median(ToLongFunction<Bounds> bound, Now now) {
        long[] ahead = new long[others.size() + 1]; // The last is its own: 0.
        int filled = 0;
        for (Bounds bounds : others.values()) {
            ahead[filled++] = bound.applyAsLong(bounds) + now.nanos() / 1_000_000 - now.wallMillis();
        }
        Arrays.sort(ahead);
        return ahead[(ahead.length - 1) / 2];
    }
}
