package io.holdfast.server.membership;

import java.util.Set;

/**
 * Published inside the node by {@link ClusterJoiner}, once a round, for {@link CrossSiteDowning}.
 *
 * @param answering members that answered in this round and count this node as a member, this node included
 */
record Sight(Topology topology, Set<Incarnation> answering) {
    Sight {
        answering = Set.copyOf(answering);
    }
}
