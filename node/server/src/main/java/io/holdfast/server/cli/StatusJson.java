package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.v1.Incident;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;

/**
 * The cluster's status as JSON: every field of the wire under the name of holdfast.proto, but what a keyspace is beside how it is, and
 * its number of partitions as {@code partition_count}. The page {@code /status} has the message as it is.
 */
final class StatusJson {
    private StatusJson() {}

    static ObjectNode of(Status status) {
        ObjectNode node = Json.object();
        node.put("local_site", status.getLocalSite());
        node.put("version", status.getVersion());
        ArrayNode sites = node.putArray("sites");
        status.getSitesList().forEach(site -> sites.add(of(site)));
        ArrayNode keyspaces = node.putArray("keyspaces");
        status.getKeyspacesList().forEach(keyspace -> keyspaces.add(of(keyspace)));
        ArrayNode incidents = node.putArray("incidents");
        status.getIncidentsList().forEach(incident -> incidents.add(of(incident)));
        return node;
    }

    private static ObjectNode of(SiteStatus site) {
        ObjectNode node = Json.object();
        node.put("site", site.getSite());
        node.put("reachable", site.getReachable());
        node.put("leaders", site.getLeaders());
        ArrayNode endpoints = node.putArray("endpoints");
        site.getEndpointsList().forEach(endpoints::add);
        ArrayNode nodes = node.putArray("nodes");
        site.getNodesList().forEach(each -> nodes.addObject()
                .put("address", each.getAddress())
                .put("state", each.getState())
                .put("storage_ok", each.getStorageOk())
                .put("storage_slow", each.getStorageSlow())
                .put("storage_message", each.getStorageMessage())
                .put("data_bytes", each.getDataBytes())
                .put("data_limit_bytes", each.getDataLimitBytes())
                .put("data_full", each.getDataFull())
                .put("disk_free_bytes", each.getDiskFreeBytes())
                .put("disk_low", each.getDiskLow()));
        return node;
    }

    private static ObjectNode of(KeyspaceStatus status) {
        ObjectNode node = Json.object();
        node.put("name", status.getKeyspace().getName());
        node.put("partition_count", status.getKeyspace().getPartitions());
        node.put("tolerates", status.getKeyspace().getTolerates());
        node.put("tolerates_now", status.getToleratesNow());
        node.put("available", status.getAvailable());
        node.put("history_millis", status.getKeyspace().getHistoryMillis());
        ArrayNode sites = node.putArray("sites");
        status.getKeyspace().getSitesList().forEach(sites::add);
        ArrayNode partitions = node.putArray("partitions");
        status.getPartitionsList().forEach(partition -> partitions.add(of(partition)));
        return node;
    }

    private static ObjectNode of(PartitionStatus partition) {
        ObjectNode node = Json.object();
        node.put("partition", partition.getPartition());
        node.put("leader", partition.getLeader());
        node.put("term", partition.getTerm());
        node.put("commit_index", partition.getCommitIndex());
        node.put("keys", partition.getKeys());
        node.put("bytes", partition.getBytes());
        ArrayNode replicas = node.putArray("replicas");
        partition.getReplicasList().forEach(replica -> replicas.addObject()
                .put("site", replica.getSite())
                .put("role", replica.getRole())
                .put("match_index", replica.getMatchIndex())
                .put("lag", replica.hasLag() ? replica.getLag() : null)
                .put("staleness_millis", replica.hasStalenessMillis() ? replica.getStalenessMillis() : null));
        return node;
    }

    private static ObjectNode of(Incident incident) {
        return Json.object()
                .put("detected_millis", incident.getDetectedMillis())
                .put("recovered_millis", incident.getRecoveredMillis())
                .put("fault_class", incident.getFaultClass())
                .put("subject", incident.getSubject())
                .put("evidence", incident.getEvidence())
                .put("action", incident.getAction());
    }
}
