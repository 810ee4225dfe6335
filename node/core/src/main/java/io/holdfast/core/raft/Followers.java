package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What a leader knows of the other sites, in the order of their names, and what a majority has reached. There are a handful, and every step of a leader
 * looks at all of them, so this is an array.
 */
final class Followers implements Iterable<Progress> {
    private final RaftNode raft;
    private final Progress[] all;

    Followers(RaftNode raft) {
        this.raft = raft;
        this.all = raft.membership.sites().stream()
                .filter(site -> !site.equals(raft.config.self()))
                .map(this::fresh)
                .toArray(Progress[]::new);
    }

    /** A follower of which nothing is known. */
    private Progress fresh(SiteId site) {
        return new Progress(site, raft.log.lastIndex() + 1, raft.now.nanos(), raft.config.clockDriftBound());
    }

    Optional<Progress> find(SiteId site) {
        for (Progress progress : all) {
            if (progress.site.equals(site)) {
                return Optional.of(progress);
            }
        }
        return Optional.empty();
    }

    /** Of a site that is known to hold a replica. */
    Progress of(SiteId site) {
        return find(site).orElseThrow(() -> new IllegalArgumentException("site " + site + " is no follower"));
    }

    /**
     * What an old storage held and promised says nothing of the new one, and the other way round, whichever of their messages
     * comes late: each change of identity starts from nothing.
     *
     * @return the follower's progress, a new one if its storage is another one than before
     */
    Progress of(SiteId site, long identity) {
        Progress known = of(site);
        if (known.identity != 0 && known.identity != identity) {
            Progress fresh = fresh(site);
            fresh.reachable = known.reachable;
            all[Arrays.asList(all).indexOf(known)] = fresh;
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
            // One that has not spoken yet holds nothing that counts, but it is not late either.
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
