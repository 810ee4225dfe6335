package io.holdfast.server.membership;

import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node that is in a cluster makes of a round of answers: who is with it, and whether its cluster is an island. */
final class MemberRound {
    private static final Logger LOG = LoggerFactory.getLogger(MemberRound.class);

    private final ActorSystem system;
    private final Cluster cluster;
    private final Topology topology;
    private final IncidentLog incidents;
    private final Incarnation self;
    private final IslandRule islandRule;

    MemberRound(ActorSystem system, Topology topology, IncidentLog incidents, int islandRounds) {
        this.system = system;
        this.topology = topology;
        this.incidents = incidents;
        cluster = Cluster.get(system);
        self = Incarnation.of(cluster.selfUniqueAddress());
        islandRule = new IslandRule(topology, islandRounds);
    }

    /** @param answers of nodes that answered in this round */
    void run(Optional<Genesis> genesis, List<ProbeAnswer> answers) {
        Set<ProbeAnswer> mutual = ClusterView.mutual(self, ClusterView.members(cluster.state()), answers);
        var heard = new HashSet<Incarnation>();
        var answering = new HashSet<Incarnation>();
        var sight = new TreeSet<String>();
        heard.add(self);
        answers.forEach(it -> heard.add(it.self()));
        answering.add(self);
        sight.add(topology.site());
        mutual.forEach(it -> {
            answering.add(it.self());
            sight.add(it.site());
        });
        system.eventStream().publish(new Sight(topology, heard, answering));

        List<ProbeAnswer> strangers = answers.stream()
                .filter(it -> it.standing().inCluster() && !mutual.contains(it))
                .toList();
        genesis.flatMap(it -> islandRule.round(it, sight, strangers)).ifPresent(this::yieldTo);
    }

    private void yieldTo(ProbeAnswer stranger) {
        String evidence = stranger.self() + " is in a cluster of sites " + stranger.sight() + " without this node";
        if (incidents.report("island", topology.site(), evidence, "leaves its own cluster and restarts")) {
            LOG.warn("{}: this node leaves its own cluster, to restart and join that one", evidence);
        }
        cluster.down(cluster.selfAddress());
    }
}
