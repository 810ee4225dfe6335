package io.holdfast.server.membership;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/**
 * Turns what the cluster says into hints about sites, and into incidents. At each event it looks at the whole state anew: Pekko
 * says that a site is reachable again when its dead member was removed, before a new one is there.
 */
final class SiteWatch extends AbstractActorWithTimers {
    private final Topology topology;
    private final HintBoard board;
    private final IncidentLog incidents;
    private final MembershipTimes times;
    private final Cluster cluster;
    private final Lateness lateness;
    /** Since when the sites have been silent that are. */
    private final Map<SiteId, Long> silentSince = new HashMap<>();

    private final Set<SiteId> everReachable = new HashSet<>();
    private boolean selfUp;
    private boolean graceOver;

    private enum Timer {
        GRACE_OVER,
        LOOK_AGAIN
    }

    private SiteWatch(Topology topology, HintBoard board, IncidentLog incidents, Lateness lateness) {
        this.topology = topology;
        this.board = board;
        this.incidents = incidents;
        this.lateness = lateness;
        times = MembershipTimes.of(getContext().getSystem().settings().config());
        cluster = Cluster.get(getContext().getSystem());
    }

    static Props props(Topology topology, HintBoard board, IncidentLog incidents, Lateness lateness) {
        return Props.create(SiteWatch.class, () -> new SiteWatch(topology, board, incidents, lateness));
    }

    @Override
    public void preStart() {
        cluster.subscribe(
                getSelf(),
                ClusterEvent.initialStateAsSnapshot(),
                ClusterEvent.MemberEvent.class,
                ClusterEvent.ReachabilityEvent.class,
                ClusterEvent.DataCenterReachabilityEvent.class);
        getContext().getSystem().eventStream().subscribe(getSelf(), CrossSiteDowning.Downed.class);
    }

    @Override
    public void postStop() {
        cluster.unsubscribe(getSelf());
        getContext().getSystem().eventStream().unsubscribe(getSelf());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(CurrentClusterState.class, this::look)
                .match(ClusterEvent.ClusterDomainEvent.class, event -> cluster.sendCurrentClusterState(getSelf()))
                .match(CrossSiteDowning.Downed.class, this::downed)
                .matchEquals(Timer.GRACE_OVER, timer -> {
                    graceOver = true;
                    cluster.sendCurrentClusterState(getSelf());
                })
                .matchEquals(Timer.LOOK_AGAIN, timer -> cluster.sendCurrentClusterState(getSelf()))
                .build();
    }

    private void look(CurrentClusterState state) {
        Map<String, Member> members = new HashMap<>();
        state.getMembers().forEach(it -> members.put(it.address().toString(), it));
        if (!members.containsKey(cluster.selfAddress().toString())) {
            // Not yet or no longer in a cluster: it knows nothing of others, and what it knew last is as good.
            return;
        }
        var nodes = new LinkedHashMap<NodeAddress, NodeState>();
        topology.nodes().forEach((address, node) -> nodes.put(node, stateOf(members, address, node, state)));
        board.nodes(nodes);
        if (!selfUp && isUp(members.get(cluster.selfAddress().toString()))) {
            selfUp = true;
            getTimers().startSingleTimer(Timer.GRACE_OVER, Timer.GRACE_OVER, times.missingSiteAfter());
        }
        for (SiteId site : topology.siteIds()) {
            if (!site.name().equals(topology.site())) {
                judge(site, state);
            }
        }
    }

    private void judge(SiteId site, CurrentClusterState state) {
        boolean told = state.getUnreachableDataCenters().contains(site.name());
        boolean there = false;
        for (Member member : state.getMembers()) {
            there |= member.dataCenter().equals(site.name()) && isUp(member);
        }
        if (told && doubtful(site)) {
            getTimers().startSingleTimer(Timer.LOOK_AGAIN, Timer.LOOK_AGAIN, Lateness.INTERVAL);
            return;
        } else if (!told) {
            silentSince.remove(site);
        }
        if (!told && there) {
            everReachable.add(site);
            incidents.recovered("site-unreachable", site.name());
            incidents.recovered("node-unreachable", site.name());
            incidents.recovered("site-downed", site.name());
        } else if (selfUp && (graceOver || everReachable.contains(site))) {
            // Of a site with several nodes the cluster does not say which, nor whether others are well.
            boolean several = topology.nodesOf(site.name()) > 1 && there;
            incidents.report(
                    several ? "node-unreachable" : "site-unreachable",
                    site.name(),
                    told ? "a node of the site does not answer" : "no node of the site is up",
                    several
                            ? "other sites take the partitions that it led over by vote"
                            : "other sites take its partitions over by vote");
        }
        board.site(site, !told && there);
    }

    /**
     * A false alarm would wake every silent partition that the site leads, at all sites at once. Nothing that is in use waits for the hint: whoever writes
     * to a partition wakes its replicas, and they have timers of their own.
     */
    private boolean doubtful(SiteId site) {
        long now = System.nanoTime();
        long since = silentSince.computeIfAbsent(site, it -> now);
        return now - since < lateness.patience().toNanos();
    }

    private void downed(CrossSiteDowning.Downed downed) {
        for (Incarnation node : downed.nodes()) {
            NodeAddress address = topology.nodes().get(node.address());
            String site = address == null ? node.address() : address.site();
            incidents.report(
                    "site-downed",
                    site,
                    node + " is silent and kept another site from coming up",
                    "downed; it restarts when it is back");
        }
    }

    private static boolean isUp(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.leaving());
    }

    private NodeState stateOf(
            Map<String, Member> members, String address, NodeAddress node, CurrentClusterState state) {
        Member member = members.get(address);
        if (member == null) {
            return NodeState.ABSENT;
        }
        MemberStatus status = member.status();
        boolean away = state.getUnreachable().contains(member)
                || state.getUnreachableDataCenters().contains(node.site());
        if (status.equals(MemberStatus.down())) {
            return NodeState.DOWN;
        } else if (away) {
            return NodeState.UNREACHABLE;
        } else if (status.equals(MemberStatus.up())) {
            return NodeState.UP;
        }
        return ClusterView.phase(member) == StuckJoin.Phase.JOINING ? NodeState.JOINING : NodeState.LEAVING;
    }
}
