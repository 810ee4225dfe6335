package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one replica remembers of what the storages of all have held. The leader counts it and tells it to all with its heartbeats; whoever asks for votes, or answers such
 * a question, tells it on. It is kept in memory alone: a group that has forgotten it altogether is as it was without.
 */
public record Floors(SortedMap<SiteId, Floor> bySite) {
    public static final Floors NONE = new Floors(Collections.emptySortedMap());

    /** @param bySite not to be changed any more */
    public Floors {
        bySite = Collections.unmodifiableSortedMap(bySite);
    }

    Floor of(SiteId site) {
        return bySite.getOrDefault(site, Floor.UNKNOWN);
    }

    /** With this one too. Of two storages of a site the one counts that may vote, as far as this replica knows: what it promised others rely on. */
    Floors with(SiteId site, Floor floor, Membership membership) {
        if (floor.identity() == 0) {
            return this;
        }
        Floor before = of(site);
        boolean another = before.identity() != floor.identity();
        return another && membership.isVoter(site, before.identity()) ? this : with(site, before.raisedTo(floor));
    }

    /** With this one in any case. */
    Floors with(SiteId site, Floor floor) {
        if (floor.equals(bySite.get(site))) {
            return this;
        }
        var changed = new TreeMap<>(bySite);
        changed.put(site, floor);
        return new Floors(changed);
    }

    Floors with(Floors heard, Membership membership) {
        Floors all = this;
        for (Map.Entry<SiteId, Floor> each : heard.bySite.entrySet()) {
            all = all.with(each.getKey(), each.getValue(), membership);
        }
        return all;
    }
}
