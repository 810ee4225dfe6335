package io.holdfast.server.cli;

import io.holdfast.v1.Incident;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The cluster's status for a person: what is wrong first, then sites, keyspaces, incidents. */
final class StatusText {
    /** What snapshots near the client ask for if nothing else is said. */
    private static final long USUAL_BOUND_MILLIS = 250;

    private static final int INCIDENTS = 10;
    /** In percent. */
    private static final int ALMOST_FULL = 85;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final Colours colours;
    private final int columns;
    private final ZoneId zone;

    /** @param columns how wide a line may be; longer ones are cut */
    StatusText(Colours colours, int columns, ZoneId zone) {
        this.colours = colours;
        this.columns = columns;
        this.zone = zone;
    }

    String render(Status status, boolean partitions) {
        StringBuilder text = new StringBuilder();
        text.append(verdict(status))
                .append(colours.faint(
                        "  (as site " + status.getLocalSite() + " sees it, version " + status.getVersion() + ")"))
                .append("\n\n");
        text.append(sites(status)).append('\n');
        text.append(keyspaces(status));
        if (partitions) {
            status.getKeyspacesList().forEach(each -> text.append('\n').append(partitions(each)));
        }
        if (status.getIncidentsCount() > 0) {
            text.append('\n').append(incidents(status.getIncidentsList()));
        }
        return text.toString();
    }

    private String verdict(Status status) {
        List<KeyspaceStatus> keyspaces = status.getKeyspacesList();
        String down = names(keyspaces.stream().filter(each -> !each.getAvailable()));
        if (!down.isEmpty()) {
            return colours.bad("UNAVAILABLE: partitions without a leader in " + down);
        }
        String full = status.getSitesList().stream()
                .filter(StatusText::isFull)
                .map(site -> site.getSite() + " (" + fullOf(site) + ")")
                .collect(Collectors.joining(", "));
        if (!full.isEmpty()) {
            return colours.bad(
                    "FULL: no room left for more data at site " + full + "; only reads and deletions are served");
        }
        String weak = names(keyspaces.stream()
                .filter(each -> each.getToleratesNow() < each.getKeyspace().getTolerates()));
        String consequence = weak.isEmpty() ? "" : "; less tolerated than declared by " + weak;
        String away = sites(status, each -> !each.getReachable());
        if (!away.isEmpty()) {
            return colours.warning("DEGRADED: site " + away + " is away" + consequence);
        }
        String slow = sites(status, StatusText::isSlow);
        if (!slow.isEmpty()) {
            return colours.warning("DEGRADED: slow journal at site " + slow + consequence);
        }
        return weak.isEmpty()
                ? colours.good("OK")
                : colours.warning("DEGRADED: less tolerated than declared by " + weak
                        + ": some replicas are behind or not there");
    }

    private static String names(Stream<KeyspaceStatus> keyspaces) {
        return keyspaces.map(each -> each.getKeyspace().getName()).collect(Collectors.joining(", "));
    }

    private static String sites(Status status, Predicate<SiteStatus> which) {
        return status.getSitesList().stream()
                .filter(which)
                .map(SiteStatus::getSite)
                .collect(Collectors.joining(", "));
    }

    private String sites(Status status) {
        Table table =
                new Table("SITE", "STATE", "NODES", "LEADERS>", "LAG>", "STALE>", "MEMORY>", "ENDPOINTS", "STORAGE");
        for (SiteStatus site : status.getSitesList()) {
            long up = site.getNodesList().stream()
                    .filter(node -> node.getState().equals("up"))
                    .count();
            table.row(
                    site.getSite(),
                    site.getReachable() ? colours.good("up") : colours.bad("AWAY"),
                    up + "/" + site.getNodesCount() + otherStates(site),
                    Integer.toString(site.getLeaders()),
                    lag(status, site.getSite()),
                    staleness(status, site.getSite()),
                    memory(site),
                    String.join(" ", site.getEndpointsList()),
                    storage(site));
        }
        return table.render(colours, columns);
    }

    private static String otherStates(SiteStatus site) {
        String others = site.getNodesList().stream()
                .map(NodeStatus::getState)
                .filter(state -> !state.equals("up"))
                .distinct()
                .collect(Collectors.joining(", "));
        return others.isEmpty() ? "" : " (" + others + ")";
    }

    /** How many entries the site's replicas are behind their leaders, all together. */
    private String lag(Status status, String site) {
        List<ReplicaStatus> replicas = replicas(status, site).toList();
        if (replicas.stream().anyMatch(replica -> !isLagKnown(replica))) {
            return colours.warning("?");
        }
        long lag = replicas.stream().mapToLong(ReplicaStatus::getLag).sum();
        return lag == 0 ? "0" : colours.warning(Text.number(lag));
    }

    /** Without a leader nobody knows it. */
    private static boolean isLagKnown(ReplicaStatus replica) {
        return replica.hasLag() && !replica.getRole().equals("unreachable");
    }

    /** The worst of the site's replicas whose partitions are not silent. */
    private String staleness(Status status, String site) {
        OptionalLong worst = replicas(status, site)
                .filter(ReplicaStatus::hasStalenessMillis)
                .mapToLong(ReplicaStatus::getStalenessMillis)
                .max();
        if (worst.isEmpty()) {
            return "idle";
        }
        String text = Text.number(worst.getAsLong()) + " ms";
        return worst.getAsLong() <= USUAL_BOUND_MILLIS ? text : colours.warning(text);
    }

    /** How much of what data may take of the heap is taken, at the fullest node. */
    private String memory(SiteStatus site) {
        OptionalLong fullest = site.getNodesList().stream()
                .filter(node -> node.getDataLimitBytes() > 0)
                .mapToLong(node -> 100 * node.getDataBytes() / node.getDataLimitBytes())
                .max();
        if (fullest.isEmpty()) {
            return "?";
        }
        String text = fullest.getAsLong() + "%";
        return isMemoryFull(site)
                ? colours.bad(text)
                : fullest.getAsLong() < ALMOST_FULL ? text : colours.warning(text);
    }

    private static boolean isFull(SiteStatus site) {
        return site.getNodesList().stream().anyMatch(NodeStatus::getDataFull);
    }

    private static String fullOf(SiteStatus site) {
        if (!isDiskLow(site)) {
            return "memory";
        }
        return isMemoryFull(site) ? "memory, disk" : "disk";
    }

    private static boolean isMemoryFull(SiteStatus site) {
        return site.getNodesList().stream()
                .anyMatch(node ->
                        node.getDataFull() && (!node.getDiskLow() || node.getDataBytes() > node.getDataLimitBytes()));
    }

    private static boolean isDiskLow(SiteStatus site) {
        return site.getNodesList().stream().anyMatch(NodeStatus::getDiskLow);
    }

    private static boolean isSlow(SiteStatus site) {
        return site.getNodesList().stream().anyMatch(NodeStatus::getStorageSlow);
    }

    private static Stream<ReplicaStatus> replicas(Status status, String site) {
        return status.getKeyspacesList().stream()
                .flatMap(keyspace -> keyspace.getPartitionsList().stream())
                .flatMap(partition -> partition.getReplicasList().stream())
                .filter(replica -> replica.getSite().equals(site));
    }

    private String storage(SiteStatus site) {
        List<NodeStatus> broken = site.getNodesList().stream()
                .filter(node -> !node.getStorageOk())
                .toList();
        if (site.getNodesCount() == 0 || !site.getReachable()) {
            return "?";
        }
        if (broken.isEmpty()) {
            return isDiskLow(site)
                    ? colours.bad("low: " + free(site) + " free")
                    : isSlow(site) ? colours.warning("slow") : "ok";
        }
        return colours.bad(broken.stream()
                .map(node -> node.getAddress() + ": " + node.getStorageMessage())
                .collect(Collectors.joining("; ")));
    }

    /** On the fullest disk. */
    private static String free(SiteStatus site) {
        return Text.bytes(site.getNodesList().stream()
                .filter(NodeStatus::getDiskLow)
                .mapToLong(NodeStatus::getDiskFreeBytes)
                .min()
                .orElse(0));
    }

    private String keyspaces(Status status) {
        if (status.getKeyspacesCount() == 0) {
            return "There is no keyspace yet: create one with 'holdfast keyspace create NAME'.\n";
        }
        Table table = new Table("KEYSPACE", "PARTITIONS>", "KEYS>", "SIZE>", "TOLERATES", "HELD NOW", "LEADERS");
        for (KeyspaceStatus each : status.getKeyspacesList()) {
            int declared = each.getKeyspace().getTolerates();
            int now = each.getToleratesNow();
            table.row(
                    each.getKeyspace().getName(),
                    Integer.toString(each.getKeyspace().getPartitions()),
                    Text.number(sum(each, PartitionStatus::getKeys)),
                    Text.bytes(sum(each, PartitionStatus::getBytes)),
                    Text.count(declared, "site"),
                    !each.getAvailable()
                            ? colours.bad("unavailable")
                            : now >= declared
                                    ? colours.good(Text.count(now, "site"))
                                    : colours.bad(Text.count(now, "site")),
                    leaders(each));
        }
        return table.render(colours, columns);
    }

    private static long sum(KeyspaceStatus keyspace, java.util.function.ToLongFunction<PartitionStatus> what) {
        return keyspace.getPartitionsList().stream().mapToLong(what).sum();
    }

    private String leaders(KeyspaceStatus keyspace) {
        String known = keyspace.getPartitionsList().stream()
                .filter(partition -> !partition.getLeader().isEmpty())
                .collect(Collectors.groupingBy(
                        PartitionStatus::getLeader, java.util.TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
        long without = keyspace.getPartitionsList().stream()
                .filter(partition -> partition.getLeader().isEmpty())
                .count();
        String none = without == 0 ? "" : colours.bad("none " + without);
        return known + (known.isEmpty() || none.isEmpty() ? "" : ", ") + none;
    }

    private String partitions(KeyspaceStatus keyspace) {
        Table table = new Table("PARTITION", "LEADER", "TERM>", "COMMITTED>", "KEYS>", "SIZE>", "REPLICAS (LAG)");
        for (PartitionStatus each : keyspace.getPartitionsList()) {
            table.row(
                    keyspace.getKeyspace().getName() + "/" + each.getPartition(),
                    each.getLeader().isEmpty() ? colours.bad("none") : each.getLeader(),
                    Long.toString(each.getTerm()),
                    Text.number(each.getCommitIndex()),
                    Text.number(each.getKeys()),
                    Text.bytes(each.getBytes()),
                    each.getReplicasList().stream().map(this::replica).collect(Collectors.joining("  ")));
        }
        return table.render(colours, columns);
    }

    private String replica(ReplicaStatus replica) {
        String lag = isLagKnown(replica) ? Text.number(replica.getLag()) : "?";
        String text = replica.getSite() + " " + replica.getRole() + " (" + lag + ")";
        return lag.equals("0") ? text : colours.warning(text);
    }

    private String incidents(List<Incident> incidents) {
        Table table = new Table("INCIDENT", "DETECTED", "WHAT", "WHERE", "RECOVERED", "ACTION");
        var evidence = new StringBuilder();
        for (int i = 0; i < Math.min(INCIDENTS, incidents.size()); i++) {
            Incident each = incidents.get(i);
            table.row(
                    Integer.toString(i + 1),
                    TIME.format(Instant.ofEpochMilli(each.getDetectedMillis()).atZone(zone)),
                    each.getFaultClass(),
                    each.getSubject(),
                    each.getRecoveredMillis() == 0
                            ? colours.warning("not yet")
                            : "after "
                                    + Text.duration(
                                            Duration.ofMillis(each.getRecoveredMillis() - each.getDetectedMillis())),
                    each.getAction());
            if (each.getRecoveredMillis() == 0 && !each.getEvidence().isEmpty()) {
                evidence.append("Incident ")
                        .append(i + 1)
                        .append(": ")
                        .append(each.getEvidence())
                        .append('\n');
            }
        }
        String more = incidents.size() > INCIDENTS
                ? "and " + (incidents.size() - INCIDENTS) + " older; --json shows all, with their evidence\n"
                : "";
        return table.render(colours, columns) + colours.faint(more) + evidence;
    }
}
