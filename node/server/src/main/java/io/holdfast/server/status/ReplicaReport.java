package io.holdfast.server.status;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.Role;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.serial.WireMessage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A replica as it sees itself.
 *
 * @param role leader, follower, candidate or learner
 * @param leader the site that leads, empty if none is known
 * @param stalenessMillis how old its answers to reads with a staleness bound may be; {@link #NO_STALENESS} if it answers none
 * @param matchIndex of a leader: what each other site holds durably
 * @param answering of a leader: the other sites that it hears from
 */
public record ReplicaReport(
        String keyspace,
        int partition,
        String role,
        long term,
        String leader,
        long commitIndex,
        long lastIndex,
        long keys,
        long bytes,
        long stalenessMillis,
        Map<String, Long> matchIndex,
        List<String> answering)
        implements WireMessage {
    static final long NO_STALENESS = -1;

    static final String LEADER = "leader";
    static final String LEARNER = "learner";

    public ReplicaReport {
        matchIndex = Map.copyOf(matchIndex);
        answering = List.copyOf(answering);
    }

    static ReplicaReport of(ReplicaDirectory.Local local) {
        PartitionView view = local.view();
        var match = new TreeMap<String, Long>();
        view.leaderView()
                .ifPresent(leader -> leader.matchIndex().forEach((site, index) -> match.put(site.name(), index)));
        List<String> answering = view.leaderView().stream()
                .flatMap(leader -> leader.heardWithinTimeout().entrySet().stream())
                .filter(Map.Entry::getValue)
                .map(entry -> entry.getKey().name())
                .toList();
        return new ReplicaReport(
                local.partition().keyspace(),
                local.partition().number(),
                name(view.role()),
                view.term(),
                view.leader().map(SiteId::name).orElse(""),
                view.commitIndex(),
                view.lastIndex(),
                view.keys(),
                view.bytes(),
                view.stalenessMillis().orElse(NO_STALENESS),
                match,
                answering);
    }

    boolean leads() {
        return role.equals(LEADER);
    }

    private static String name(Role role) {
        return switch (role) {
            case LEARNER -> LEARNER;
            case FOLLOWER -> "follower";
            case PRE_CANDIDATE, CANDIDATE -> "candidate";
            case LEADER -> LEADER;
        };
    }
}
