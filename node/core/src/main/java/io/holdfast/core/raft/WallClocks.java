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

    private final Map<SiteId, Other> others = new HashMap<>();
    /**
     * The highest least one of all bounds, and the lowest most one, which may be below it: while both are near this replica's own clock the
     * median is, too, and what every message asks is answered at once.
     */
    private Bounds outermost = Bounds.NONE;
    /** This replica's wall time less its monotonic time, when somebody was heard last. */
    private long ownThen;

    /** Of another's wall time less this replica's monotonic time, in milliseconds: stays right when this replica's wall clock is set. */
    private record Bounds(long least, long most) {
        static final Bounds NONE = new Bounds(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2);

        /** Both hold, unless the clock has been set in between, or the two clocks have drifted apart; then the later one does. */
        Bounds and(Bounds later) {
            Bounds both = narrowedBy(later);
            return both.least <= both.most ? both : later;
        }

        /** The same object if the other tells nothing new, as most do. */
        private Bounds narrowedBy(Bounds other) {
            boolean news = other.least > least || other.most < most;
            return news ? new Bounds(Math.max(least, other.least), Math.min(most, other.most)) : this;
        }
    }

    private static final class Other {
        private Bounds bounds = Bounds.NONE;
        /** How far it was ahead of this replica's wall clock at least, by the answer that showed most. */
        private long wasAhead = Long.MIN_VALUE / 2;

        long leastAhead(long own) {
            return bounds.least - own;
        }

        long mostAhead(long own) {
            return bounds.most - own;
        }
    }

    void heard(AppendResponse response, Now now) {
        if (response.stamp() != 0) {
            long own = own(now);
            Other other = others.computeIfAbsent(response.from(), site -> new Other());
            long least = response.wallMillis() - now.nanos() / 1_000_000;
            long most = response.wallMillis() - Math.min(response.stamp(), now.nanos()) / 1_000_000;
            Bounds before = other.bounds;
            Bounds later = new Bounds(least, most);
            other.bounds = before.and(later);
            ownWasSetBy(own - ownThen, least - before.most);
            boolean set = other.bounds == later;
            other.wasAhead = set ? least - own : Math.max(other.wasAhead, least - own);
            ownThen = own;
            if (other.bounds != before) {
                outermost = Bounds.NONE;
                for (Other each : others.values()) {
                    outermost = outermost.narrowedBy(each.bounds);
                }
            }
        }
    }

    private static long own(Now now) {
        return now.wallMillis() - now.nanos() / 1_000_000;
    }

    /**
     * Nobody's clock moves because this replica's wall clock is set. A fall counts only as far as the other's clock has gone on with the monotonic one: it is
     * also what a monotonic clock that runs too fast looks like, but then the others fall behind that as well.
     *
     * @param rise of the wall clock against the monotonic one since somebody was heard last
     * @param news by how much the other shows more than it can by what was known; negative if that is less
     */
    private void ownWasSetBy(long rise, long news) {
        long set = rise > 0 ? rise : Math.min(0, rise - Math.min(0, news));
        if (Math.abs(set) > MOST_APART_MILLIS) {
            for (Other each : others.values()) {
                each.wasAhead -= set;
            }
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
        long own = own(now);
        return correctionMillis(own, other -> other.leastAhead(own));
    }

    /**
     * The same for the timestamp of an entry, where being taken too far forward is an error that stays: a partition's time never goes back. So nobody counts as
     * further ahead of this replica's wall clock than it was at least. If by its monotonic clock it is, one of its two clocks is wrong about the time
     * since then, and until an answer tells which, that is taken for the monotonic one, which has run too fast (seed 30020241 of the simulator,
     * docs/bugs.md). For the age of a state it is the other way round.
     */
    long correctionForDatingMillis(Now now) {
        long own = own(now);
        return correctionMillis(own, other -> Math.min(other.leastAhead(own), other.wasAhead));
    }

    private long correctionMillis(long own, ToLongFunction<Other> leastAhead) {
        if (outermost.least - own <= MOST_APART_MILLIS && outermost.most - own >= -MOST_APART_MILLIS) {
            return 0;
        }
        long least = median(leastAhead);
        long most = median(other -> other.mostAhead(own));
        if (least > MOST_APART_MILLIS) {
            return least;
        }
        return most < -MOST_APART_MILLIS ? most : 0;
    }

    private long median(ToLongFunction<Other> aheadOfItsOwn) {
        long[] ahead = new long[others.size() + 1]; // The last is its own: 0.
        int filled = 0;
        for (Other other : others.values()) {
            ahead[filled++] = aheadOfItsOwn.applyAsLong(other);
        }
        Arrays.sort(ahead);
        return ahead[(ahead.length - 1) / 2];
    }
}
