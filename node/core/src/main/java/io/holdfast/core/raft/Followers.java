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
    private final RaftNode raft;
    private final Progress[] all;

    Followers(RaftNode raft) {
        this.raft = raft;
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
            Progress fresh = unknown(site);
            fresh.reachable = known.reachable;
            all[place(site)] = fresh;
            known = fresh;
        }
        known.identity = identity;
        return known;
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
