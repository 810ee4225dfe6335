package io.holdfast.server.membership;

import java.util.Set;

/**
 * Published inside the node by {@link ClusterJoiner}, once a round, for {@link CrossSiteDowning}.
 *
 * @param heard nodes that answered in this round, this node included
 * @param answering members of these that count this node as a member, this node included
 */
record Sight(Topology topology, Set<Incarnation> heard, Set<Incarnation> answering) {
    Sight {
        heard = Set.copyOf(heard);
        answering = Set.copyOf(answering);
    }
}
