package io.holdfast.server.status;

import io.holdfast.v1.Incident;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/** The status as metrics, in the text format that Prometheus reads (exposition format 0.0.4). All are gauges: they are of this moment. */
final class MetricsText {
    private final Map<String, StringBuilder> metrics = new LinkedHashMap<>();

    private MetricsText() {}

    static String of(Status status) {
        var text = new MetricsText();
        status.getSitesList().forEach(text::site);
        status.getKeyspacesList().forEach(text::keyspace);
        long open = status.getIncidentsList().stream()
                .map(Incident::getRecoveredMillis)
                .filter(recovered -> recovered == 0)
                .count();
        text.gauge("incidents_open", "faults that this node saw and that have not ended, of the newest it keeps", open);
        return String.join("", text.metrics.values());
    }

    private void site(SiteStatus site) {
        gauge("site_reachable", "1 if this node reaches the site", bit(site.getReachable()), "site", site.getSite());
        gauge("site_leaders", "partitions that the site leads", site.getLeaders(), "site", site.getSite());
        site.getNodesList().forEach(node -> node(site.getSite(), node));
    }

    private void node(String site, NodeStatus node) {
        ofNode(site, node, "storage_ok", "1 if the storage of the node takes writes", bit(node.getStorageOk()));
        ofNode(
                site,
                node,
                "storage_slow",
                "1 if the journal of the node took longer than it should, and has not shown since that it does not",
                bit(node.getStorageSlow()));
        ofNode(
                site,
                node,
                "data_bytes",
                "memory for the data of the node's replicas, roughly; 0 if it does not answer",
                node.getDataBytes());
        ofNode(
                site,
                node,
                "data_limit_bytes",
                "what the data of the node's replicas may take; 0 if it does not answer",
                node.getDataLimitBytes());
        ofNode(site, node, "data_full", "1 if writes that bring more data are refused", bit(node.getDataFull()));
        if (node.getDiskFreeBytes() > 0) {
            ofNode(
                    site,
                    node,
                    "disk_free_bytes",
                    "free on the fuller disk of the node's journal and snapshots, if it is watched",
                    node.getDiskFreeBytes());
        }
        ofNode(site, node, "disk_low", "1 if the disk has too little for more data", bit(node.getDiskLow()));
    }

    private void ofNode(String site, NodeStatus node, String name, String help, long value) {
        gauge("node_" + name, help, value, "site", site, "node", node.getAddress());
    }

    private void keyspace(KeyspaceStatus keyspace) {
        String name = keyspace.getKeyspace().getName();
        gauge(
                "keyspace_available",
                "1 if every partition has a leader",
                bit(keyspace.getAvailable()),
                "keyspace",
                name);
        gauge(
                "keyspace_tolerates_now",
                "how many more sites may be lost at this moment",
                keyspace.getToleratesNow(),
                "keyspace",
                name);
        keyspace.getPartitionsList().forEach(partition -> partition(name, partition));
    }

    private void partition(String keyspace, PartitionStatus partition) {
        String number = Integer.toString(partition.getPartition());
        gauge("partition_keys", "live keys", partition.getKeys(), "keyspace", keyspace, "partition", number);
        gauge(
                "partition_bytes",
                "memory for keys and versions, roughly",
                partition.getBytes(),
                "keyspace",
                keyspace,
                "partition",
                number);
        gauge(
                "partition_commit_index",
                "the last committed entry",
                partition.getCommitIndex(),
                "keyspace",
                keyspace,
                "partition",
                number);
        gauge(
                "partition_term",
                "grows with each takeover",
                partition.getTerm(),
                "keyspace",
                keyspace,
                "partition",
                number);
        for (ReplicaStatus replica : partition.getReplicasList()) {
            if (replica.hasLag()) {
                gauge(
                        "replica_lag",
                        "entries behind the leader",
                        replica.getLag(),
                        "keyspace",
                        keyspace,
                        "partition",
                        number,
                        "site",
                        replica.getSite());
            }
            if (replica.hasStalenessMillis()) {
                gauge(
                        "replica_staleness_millis",
                        "how old a read with a staleness bound may be that this replica answers",
                        replica.getStalenessMillis(),
                        "keyspace",
                        keyspace,
                        "partition",
                        number,
                        "site",
                        replica.getSite());
            }
        }
    }

    private static long bit(boolean value) {
        return value ? 1 : 0;
    }

    /** @param labels names and values by turns; none of them can hold what would have to be escaped */
    private void gauge(String name, String help, long value, String... labels) {
        String full = "holdfast_" + name;
        StringBuilder lines = metrics.computeIfAbsent(
                full, it -> new StringBuilder("# HELP " + it + " " + help + "\n# TYPE " + it + " gauge\n"));
        lines.append(full);
        for (int i = 0; i < labels.length; i += 2) {
            lines.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        lines.append(labels.length > 0 ? "} " : " ").append(value).append('\n');
    }
}
