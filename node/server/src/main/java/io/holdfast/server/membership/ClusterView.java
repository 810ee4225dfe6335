package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/** Pekko's view of the cluster in the words of this package. */
final class ClusterView {
    private ClusterView() {}

    /** Where this node stands in its cluster, if it is in one; {@link Standing#READY} if not. */
    static Standing standing(Cluster cluster) {
        if (cluster.isTerminated()) {
            return Standing.LEAVING;
        }
        MemberStatus status = cluster.selfMember().status();
        if (status.equals(MemberStatus.removed())) {
            return Standing.READY;
        } else if (status.equals(MemberStatus.joining()) || status.equals(MemberStatus.weaklyUp())) {
            return Standing.JOINING;
        }
        return status.equals(MemberStatus.up()) ? Standing.UP : Standing.LEAVING;
    }

    static StuckJoin.Phase phase(Member member) {
        MemberStatus status = member.status();
        if (status.equals(MemberStatus.joining()) || status.equals(MemberStatus.weaklyUp())) {
            return StuckJoin.Phase.JOINING;
        }
        boolean gone = status.equals(MemberStatus.exiting())
                || status.equals(MemberStatus.down())
                || status.equals(MemberStatus.removed());
        return gone ? StuckJoin.Phase.GONE : StuckJoin.Phase.ESTABLISHED;
    }

    static List<StuckJoin.Neighbour> neighbours(CurrentClusterState state) {
        var neighbours = new ArrayList<StuckJoin.Neighbour>();
        for (Member member : state.getMembers()) {
            neighbours.add(new StuckJoin.Neighbour(
                    Incarnation.of(member.uniqueAddress()),
                    member.dataCenter(),
                    phase(member),
                    state.getSeenBy().contains(member.address())));
        }
        return neighbours;
    }

    /** Members that are not on their way out. */
    static List<Incarnation> members(CurrentClusterState state) {
        return neighbours(state).stream()
                .filter(it -> it.phase() != StuckJoin.Phase.GONE)
                .map(StuckJoin.Neighbour::node)
                .toList();
    }

    /** Of these answers, those of members of this node's cluster that count this node as a member. */
    static Set<ProbeAnswer> mutual(Incarnation self, List<Incarnation> members, List<ProbeAnswer> answers) {
        return answers.stream()
                .filter(it -> members.contains(it.self()) && it.members().contains(self))
                .collect(Collectors.toSet());
    }
}
