package io.holdfast.server.membership;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the dead members of other sites that keep a returning site from coming up. The first member of a site needs to be
 * seen by every member of every site (Pekko's MembershipState.convergence), so one dead site keeps another out for ever, though
 * they need not be of the same majority.
 *
 * <p>A member is downed only when all of this holds for some rounds in a row: a site's first member is joining, which is also
 * one before which all are dead; the member has not seen that; nobody of its site who is up answers; and those who do answer are of a
 * majority of sites, this one included. Two sides of a
 * cut cannot both have a majority. Rounds are counted, not time: after a pause of this process one round has passed, and
 * others get the chance to answer before they are called silent.
 *
 * <p>Who answers without counting this node as a member has mostly not heard yet that it joins: gossip to a site whose processors are
 * busy, as when all sites start on one machine, takes seconds. It is given longer, and not for ever: it may have given this node up.
 */
final class StuckJoin {
    private final Topology topology;
    private final int stuckRounds;
    private final int silentRounds;
    private final int strangeRounds;
    private final Map<Incarnation, Integer> joining = new HashMap<>();
    private final Map<Incarnation, Integer> silent = new HashMap<>();
    private final Map<Incarnation, Integer> strange = new HashMap<>();

    /**
     * @param stuckRounds how long a member must be joining
     * @param silentRounds how long a member must not have answered
     * @param strangeRounds how long it must not have counted this node as a member, if it answers
     */
    StuckJoin(Topology topology, int stuckRounds, int silentRounds, int strangeRounds) {
        this.topology = topology;
        this.stuckRounds = stuckRounds;
        this.silentRounds = silentRounds;
        this.strangeRounds = strangeRounds;
    }

    /**
     * A member as this node's cluster knows it.
     *
     * @param seen whether it has seen the latest state of the cluster
     */
    record Neighbour(Incarnation node, String site, Phase phase, boolean seen) {}

    /** Coarser than Pekko's status: what matters here. */
    enum Phase {
        JOINING,
        /** Up, or leaving: its site has come up. */
        ESTABLISHED,
        /** Exiting or down: it keeps nobody out. */
        GONE
    }

    /**
     * One round.
     *
     * @param heard nodes that answered in this round, this node included
     * @param answering members of these that count this node as a member, this node included
     * @return members to down, usually none
     */
    Set<Incarnation> round(Collection<Neighbour> members, Set<Incarnation> heard, Set<Incarnation> answering) {
        count(silent, without(members, heard));
        count(strange, without(members, answering));
        Set<String> livingSites = members.stream()
                .filter(it -> it.phase() == Phase.ESTABLISHED && !isSilent(it))
                .map(Neighbour::site)
                .collect(Collectors.toSet());
        count(
                joining,
                members.stream()
                        .filter(it -> it.phase() == Phase.JOINING && !livingSites.contains(it.site()))
                        .filter(it -> answering.contains(it.node()))
                        .map(Neighbour::node)
                        .collect(Collectors.toSet()));
        Set<String> sight = members.stream()
                .filter(it -> it.phase() != Phase.GONE && answering.contains(it.node()))
                .map(Neighbour::site)
                .collect(Collectors.toSet());
        boolean stuck = joining.values().stream().anyMatch(rounds -> rounds >= stuckRounds);
        if (!stuck || !sight.contains(topology.site()) || !topology.isMajority(sight)) {
            return Set.of();
        }
        return members.stream()
                .filter(it -> it.phase() != Phase.GONE && !it.seen() && !livingSites.contains(it.site()))
                .filter(this::isSilent)
                .map(Neighbour::node)
                .collect(Collectors.toSet());
    }

    private boolean isSilent(Neighbour member) {
        return silent.getOrDefault(member.node(), 0) >= silentRounds
                || strange.getOrDefault(member.node(), 0) >= strangeRounds;
    }

    private static Set<Incarnation> without(Collection<Neighbour> members, Set<Incarnation> some) {
        return members.stream()
                .map(Neighbour::node)
                .filter(it -> !some.contains(it))
                .collect(Collectors.toSet());
    }

    private static void count(Map<Incarnation, Integer> rounds, Set<Incarnation> now) {
        rounds.keySet().retainAll(now);
        new HashSet<>(now).forEach(it -> rounds.merge(it, 1, Integer::sum));
    }
}
