package io.holdfast.server.gateway;

import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Exchange.Route;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Where an operation should go first. All of it is a hint: a replica that is asked wrongly says so. */
final class Routes {
    /** So long an answer proves more than a hint does: failure detectors take half of it. */
    private static final long HEARD_NANOS = 1_000_000_000L;

    private final String localSite;
    private final ReplicaDirectory directory;
    private final KeyspaceRegistry registry;
    private final Supplier<Set<SiteId>> unreachable;
    private final LongSupplier nanos;
    /** When sites last answered, noted while some are said to be lost. */
    private final ConcurrentHashMap<String, Long> heard = new ConcurrentHashMap<>();

    Routes(GatewayConfig config, ReplicaDirectory directory, KeyspaceRegistry registry) {
        this.localSite = config.localSite();
        this.directory = directory;
        this.registry = registry;
        this.unreachable = config.unreachable();
        this.nanos = config.nanos();
    }

    /** The site has answered: whatever is said, it is there. */
    void heardFrom(String site) {
        if (!unreachable.get().isEmpty()) {
            heard.put(site, nanos.getAsLong());
        }
    }

    private boolean isLost(SiteId site) {
        if (!unreachable.get().contains(site)) {
            return false;
        }
        Long last = heard.get(site.name());
        return last == null || nanos.getAsLong() - last > HEARD_NANOS;
    }

    /** Whether this node reaches neither the partition's leader, nor so many of its sites that there can be another one on this side, as far as is known. */
    boolean isCutOff(PartitionId partition) {
        if (unreachable.get().isEmpty()) {
            return false;
        }
        boolean ledThere = leader(partition)
                .filter(site -> !site.name().equals(localSite) && !isLost(site))
                .isPresent();
        return !ledThere
                && registry.of(partition)
                        .map(definition -> lacksMajority(definition.sites()))
                        .orElse(false);
    }

    private boolean lacksMajority(List<SiteId> sites) {
        long reached = sites.stream().filter(site -> !isLost(site)).count();
        return reached <= sites.size() / 2;
    }

    /** Whether what goes there would wait in vain: the site is not reached, and no other one can take its place on this side. */
    boolean isOutOfReach(Route route, PartitionId partition) {
        return !unreachable.get().isEmpty() && isLost(new SiteId(route.site())) && isCutOff(partition);
    }

    Optional<SiteId> leader(PartitionId partition) {
        return directory.leaderOf(partition);
    }

    String leaderName(PartitionId partition) {
        Optional<SiteId> leader = leader(partition);
        return leader.isPresent() ? leader.get().name() : "";
    }

    void leads(PartitionId partition, String site) {
        if (directory.find(partition).isEmpty()) {
            directory.heard(partition, new SiteId(site));
        }
    }

    void doesNotAnswer(PartitionId partition) {
        directory.forget(partition);
    }

    /** To the leader, or to a replica that may know it. */
    Route toLeader(PartitionId partition) {
        Optional<SiteId> leader = leader(partition);
        if (leader.isPresent()) {
            return to(leader.get().name(), partition);
        }
        Route nearest = nearest(partition);
        return directory.isStale(partition)
                ? elsewhere(nearest.site(), partition).orElse(nearest)
                : nearest;
    }

    /**
     * To the replica of another site, the next one that is not lost in the partition's order of preference. Nowhere if a replica runs on this node: it
     * knows as much as they do.
     */
    Optional<Route> elsewhere(String than, PartitionId partition) {
        if (directory.find(partition).isPresent()) {
            return Optional.empty();
        }
        var sites = new ArrayList<SiteId>(registry.of(partition)
                .map(definition -> definition.preference(partition.number()))
                .orElse(List.of()));
        Collections.rotate(sites, -1 - sites.indexOf(new SiteId(than)));
        return sites.stream()
                .filter(site -> !site.name().equals(than) && !isLost(site))
                .findFirst()
                .map(site -> to(site.name(), partition));
    }

    /** Whether the replica of this partition that the site had on another of its nodes seems to be gone. */
    boolean isStale(PartitionId partition) {
        return directory.isStale(partition);
    }

    /** To the replica of the own site, or the first one that is not lost if the own site has none. */
    Route nearest(PartitionId partition) {
        boolean here = directory.find(partition).isPresent()
                || registry.of(partition).map(this::hasReplicaHere).orElse(true);
        return to(here ? localSite : firstOf(registry.of(partition).orElseThrow(), partition), partition);
    }

    private String firstOf(KeyspaceDefinition definition, PartitionId partition) {
        List<SiteId> sites = definition.preference(partition.number());
        return sites.stream()
                .filter(site -> !isLost(site))
                .findFirst()
                .orElse(sites.get(0))
                .name();
    }

    boolean hasReplicaHere(PartitionId partition) {
        return registry.of(partition).map(this::hasReplicaHere).orElse(true);
    }

    private boolean hasReplicaHere(KeyspaceDefinition definition) {
        return definition.sites().contains(new SiteId(localSite));
    }

    Route to(String site, PartitionId partition) {
        Optional<ReplicaDirectory.Local> here = site.equals(localSite) ? directory.find(partition) : Optional.empty();
        return new Route(site, here, leader(partition));
    }
}
