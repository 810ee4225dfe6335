package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a node that its cluster is an island: it was cut off while the others founded anew, or they have downed it. Members of two
 * clusters never find each other by themselves. The one that sees fewer sites yields; of two that see the same number, the one whose
 * first site stands later in the settings.
 *
 * <p>Rounds are counted rather than time, as in {@link StuckJoin}: news of a member that just joined needs a moment to spread.
 */
final class IslandRule {
    private final Topology topology;
    private final int enoughRounds;
    private int rounds;

    IslandRule(Topology topology, int enoughRounds) {
        this.topology = topology;
        this.enoughRounds = enoughRounds;
    }

    /**
     * One round of a node that is in a cluster.
     *
     * @param sight the sites that it sees in its own cluster
     * @param strangers answers of nodes in a cluster that does not count this node, or that this node's does not count
     * @return the stranger to whose cluster this node's must yield, once it is sure
     */
    Optional<ProbeAnswer> round(Genesis genesis, Set<String> sight, Collection<ProbeAnswer> strangers) {
        Optional<ProbeAnswer> stronger = strangers.stream()
                .filter(it -> it.genesis().equals(Optional.of(genesis)))
                .filter(it -> isStronger(it, sight))
                .findFirst();
        rounds = stronger.isPresent() ? rounds + 1 : 0;
        return stronger.filter(it -> rounds >= enoughRounds);
    }

    private boolean isStronger(ProbeAnswer stranger, Set<String> sight) {
        int theirs = stranger.sight().size();
        return theirs > sight.size()
                || theirs == sight.size() && topology.siteRank(stranger.sight()) < topology.siteRank(sight);
    }
}
