package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What a leader knows of the other sites, in the order of their names, and what a majority has reached. There are a handful, and
 * every step of a leader looks at all of them, so this is an array.
 */
final class Followers implements Iterable<Progress> {
    private final Raft raft;
    private final long sinceNanos;
    private final Progress[] all;

    Followers(Raft raft) {
        this.raft = raft;
        this.sinceNanos = raft.now.nanos();
        this.all = raft.membership.sites().stream()
                .filter(site -> !site.equals(raft.config.self()))
                .map(this::unknown)
                .toArray(Progress[]::new);
    }

    private Progress unknown(SiteId site) {
        return new Progress(site, raft.log.lastIndex() + 1, raft.now.nanos(), raft.config.clockDriftBound());
    }

    Optional<Progress> find(SiteId site) {
        int place = place(site);
        return place < 0 ? Optional.empty() : Optional.of(all[place]);
    }

    private int place(SiteId site) {
        for (int i = 0; i < all.length; i++) {
            if (all[i].site.equals(site)) {
                return i;
            }
        }
        return -1;
    }

    /** Of a site that is known to hold a replica. */
    Progress of(SiteId site) {
        return find(site).orElseThrow(() -> new IllegalArgumentException("site " + site + " is no follower"));
    }

    /**
     * Takes note of which storage speaks at the site, and answers its progress. What an old storage held and promised says nothing of a
     * new one, and the other way round, whichever of their messages comes late: each change of identity starts from nothing.
     */
    Progress heardFrom(SiteId site, long identity) {
        Progress known = of(site);
        if (known.identity != 0 && known.identity != identity) {
            known = unknown(site);
            all[place(site)] = known;
        }
        known.identity = identity;
        return known;
    }

    /** As far as this node knows: a hint, like all that is said of reachability. */
    boolean isReachable(Progress progress) {
        return raft.health.reaches(progress.site);
    }

    /** It has not answered this leader within an election's timeout, by what it has said itself: that all are forgiven their silence after a pause does not count. */
    boolean isSilent(Progress progress) {
        return progress.silenceNanos(raft.now.nanos()) > raft.config.electionTimeoutNanos();
    }

    /**
     * Neither reached nor heard since an election's timeout. Not by the hint alone, which may be wrong; nor by its silence alone: its replica may have stopped, and other
     * leaders would not hear it either.
     */
    boolean isLost(Progress progress) {
        boolean hadTime = raft.now.nanos() - sinceNanos > raft.config.electionTimeoutNanos();
        return !isReachable(progress) && hadTime && isSilent(progress);
    }

    /** How many sites this leader has lost. */
    int lost() {
        if (raft.health.unreachable().isEmpty()) {
            return 0;
        }
        int lost = 0;
        for (Progress progress : all) {
            lost += isLost(progress) ? 1 : 0;
        }
        return lost;
    }

    boolean isVoter(Progress progress) {
        return progress.isVoter(raft.membership);
    }

    /** The highest value that a majority of the voters reaches, the leader with the given value. */
    long majority(ToLongFunction<Progress> value, long own) {
        long[] values = new long[all.length + 1];
        values[all.length] = own;
        for (int i = 0; i < all.length; i++) {
            // One that has not spoken yet, and so has no identity, is not late; what it holds and has promised is 0.
            boolean counts = all[i].identity == 0 || isVoter(all[i]);
            values[i] = counts ? value.applyAsLong(all[i]) : 0;
        }
        Arrays.sort(values);
        return values[values.length - raft.membership.quorum()];
    }

    Stream<Progress> stream() {
        return Arrays.stream(all);
    }

    @Override
    public Iterator<Progress> iterator() {
        return Arrays.asList(all).iterator();
    }
}
