package io.holdfast.server.membership;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import java.util.SortedMap;

/**
 * What a cluster was founded with, once for ever: its own id, and the identity of each site's storage. It is the first
 * membership of the catalog (docs/protocol.md, "Admission").
 */
public record Genesis(long clusterId, SortedMap<SiteId, Long> identities) {
    public Membership membership() {
        return Membership.of(identities);
    }
}
