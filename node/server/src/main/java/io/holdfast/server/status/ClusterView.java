package io.holdfast.server.status;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.NodeAddress;
import io.holdfast.config.Site;
import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.membership.SiteReachability;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Incident;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Puts the nodes' reports together into the state of the cluster as this node sees it. A site is reachable if a node of it has
 * answered: evidence, where the failure detector has only hints. Thread-safe.
 */
public final class ClusterView implements Function<List<NodeReport>, Status> {
    private final HoldfastSettings settings;
    private final String version;
    private final KeyspaceRegistry registry;
    private final SiteReachability reachability;
    private final Supplier<Map<String, String>> memberStates;
    private final IncidentLog incidents;

    /** @param memberStates host:port of cluster traffic to joining, up, leaving or down; see {@link MemberStates} */
    public ClusterView(
            HoldfastSettings settings,
            String version,
            KeyspaceRegistry registry,
            SiteReachability reachability,
            Supplier<Map<String, String>> memberStates,
            IncidentLog incidents) {
        this.settings = settings;
        this.version = version;
        this.registry = registry;
        this.reachability = reachability;
        this.memberStates = memberStates;
        this.incidents = incidents;
    }

    @Override
    public Status apply(List<NodeReport> reports) {
        List<KeyspaceStatus> keyspaces = keyspaces(reports);
        Map<String, Long> leaders = keyspaces.stream()
                .flatMap(keyspace -> keyspace.getPartitionsList().stream())
                .collect(Collectors.groupingBy(PartitionStatus::getLeader, Collectors.counting()));
        var status = Status.newBuilder()
                .setLocalSite(settings.site().name())
                .setVersion(version)
                .addAllKeyspaces(keyspaces);
        Map<String, String> members = memberStates.get();
        for (Site site : settings.sites()) {
            status.addSites(site(site, reports, members)
                    .setLeaders(leaders.getOrDefault(site.name(), 0L).intValue()));
        }
        incidents.all().forEach(incident -> status.addIncidents(wire(incident)));
        return status.build();
    }

    private static SiteStatus.Builder site(Site site, List<NodeReport> reports, Map<String, String> members) {
        var status = SiteStatus.newBuilder().setSite(site.name());
        boolean reachable = false;
        for (NodeAddress node : site.nodes()) {
            Optional<NodeReport> report = reports.stream()
                    .filter(it -> it.clusterEndpoint().equals(node.clusterEndpoint()))
                    .findFirst();
            reachable |= report.isPresent();
            status.addEndpoints(node.endpoint())
                    .addNodes(NodeStatus.newBuilder()
                            .setAddress(node.endpoint())
                            .setState(state(members.get(node.clusterEndpoint()), report.isPresent()))
                            .setStorageOk(report.map(NodeReport::storageOk).orElse(false))
                            .setStorageSlow(report.map(NodeReport::storageSlow).orElse(false))
                            .setStorageMessage(
                                    report.map(NodeReport::storageMessage).orElse("not known: the node did not answer"))
                            .setDataBytes(report.map(NodeReport::dataBytes).orElse(0L))
                            .setDataLimitBytes(
                                    report.map(NodeReport::dataLimitBytes).orElse(0L))
                            .setDataFull(report.map(NodeReport::dataFull).orElse(false))
                            .setDiskFreeBytes(
                                    report.map(NodeReport::diskFreeBytes).orElse(0L))
                            .setDiskLow(report.map(NodeReport::diskLow).orElse(false)));
        }
        return status.setReachable(reachable);
    }

    /** A member of a dead site stays "up" for the cluster until it returns; to an operator it is down. */
    private static String state(String member, boolean answers) {
        if (answers) {
            return member == null ? "joining" : member;
        }
        return member == null || member.equals("up") ? "down" : member;
    }

    private List<KeyspaceStatus> keyspaces(List<NodeReport> reports) {
        Map<PartitionId, Map<String, ReplicaReport>> byPartition = new HashMap<>();
        for (NodeReport node : reports) {
            for (ReplicaReport replica : node.replicas()) {
                byPartition
                        .computeIfAbsent(
                                new PartitionId(replica.keyspace(), replica.partition()), id -> new HashMap<>())
                        .merge(node.site(), replica, (one, other) -> one.term() >= other.term() ? one : other);
            }
        }
        Set<String> silent =
                reachability.unreachable().stream().map(SiteId::name).collect(Collectors.toSet());
        Set<String> known = settings.sites().stream()
                .filter(site -> site.nodes().stream().allMatch(node -> hasSaidAll(node, reports)))
                .map(Site::name)
                .collect(Collectors.toSet());
        var statuses = new ArrayList<KeyspaceStatus>();
        for (KeyspaceDefinition definition : registry.userKeyspaces()) {
            var status = KeyspaceStatus.newBuilder().setKeyspace(WireKeyspaces.of(definition));
            int toleratesNow = Integer.MAX_VALUE;
            boolean available = true;
            for (PartitionId id : definition.partitionIds()) {
                var partition =
                        new PartitionMerge(definition, id, byPartition.getOrDefault(id, Map.of()), silent, known);
                toleratesNow = Math.min(toleratesNow, partition.toleratesNow());
                available &= partition.available();
                status.addPartitions(partition.status());
            }
            statuses.add(
                    status.setToleratesNow(toleratesNow).setAvailable(available).build());
        }
        return statuses;
    }

    private static boolean hasSaidAll(NodeAddress node, List<NodeReport> reports) {
        List<NodeReport> parts = reports.stream()
                .filter(it -> it.clusterEndpoint().equals(node.clusterEndpoint()))
                .toList();
        return !parts.isEmpty() && parts.size() == parts.get(0).parts();
    }

    private static Incident wire(IncidentLog.Incident incident) {
        return Incident.newBuilder()
                .setDetectedMillis(incident.detectedMillis())
                .setRecoveredMillis(incident.recoveredMillis().orElse(0L))
                .setFaultClass(incident.faultClass())
                .setSubject(incident.subject())
                .setEvidence(incident.evidence())
                .setAction(incident.action())
                .build();
    }
}
