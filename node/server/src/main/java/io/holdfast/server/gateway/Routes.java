package io.holdfast.server.gateway;

import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Exchange.Route;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where an operation should go first. All of it is a hint: a replica that is asked wrongly says so. */
final class Routes {
    private final String localSite;
    private final ReplicaDirectory directory;
    private final KeyspaceRegistry registry;
    /** Leaders of partitions that have no replica on this node, as their answers told. Bounded by the number of partitions. */
    private final ConcurrentHashMap<PartitionId, SiteId> heard = new ConcurrentHashMap<>();

    Routes(String localSite, ReplicaDirectory directory, KeyspaceRegistry registry) {
        this.localSite = localSite;
        this.directory = directory;
        this.registry = registry;
    }

    Optional<SiteId> leader(PartitionId partition) {
        Optional<ReplicaDirectory.Local> local = directory.find(partition);
        return local.isPresent() ? local.get().view().leader() : Optional.ofNullable(heard.get(partition));
    }

    String leaderName(PartitionId partition) {
        Optional<SiteId> leader = leader(partition);
        return leader.isPresent() ? leader.get().name() : "";
    }

    void leads(PartitionId partition, String site) {
        SiteId known = heard.get(partition);
        if ((known == null || !known.name().equals(site))
                && directory.find(partition).isEmpty()) {
            heard.put(partition, new SiteId(site));
        }
    }

    void doesNotAnswer(PartitionId partition) {
        heard.remove(partition);
    }

    /** To the leader, or to a replica that may know it. */
    Route toLeader(PartitionId partition) {
        Optional<SiteId> leader = leader(partition);
        return leader.isPresent() ? to(leader.get().name(), partition) : nearest(partition);
    }

    /** To the replica of the own site, or the first one if the own site has none. */
    Route nearest(PartitionId partition) {
        boolean here = directory.find(partition).isPresent()
                || registry.of(partition).map(this::hasReplicaHere).orElse(true);
        return to(
                here
                        ? localSite
                        : registry.of(partition)
                                .orElseThrow()
                                .preference(partition.number())
                                .get(0)
                                .name(),
                partition);
    }

    boolean hasReplicaHere(PartitionId partition) {
        return registry.of(partition).map(this::hasReplicaHere).orElse(true);
    }

    private boolean hasReplicaHere(KeyspaceDefinition definition) {
        return definition.sites().contains(new SiteId(localSite));
    }

    Route to(String site, PartitionId partition) {
        Optional<ReplicaDirectory.Local> here = site.equals(localSite) ? directory.find(partition) : Optional.empty();
        return new Route(site, here.map(ReplicaDirectory.Local::replica), leader(partition));
    }
}
