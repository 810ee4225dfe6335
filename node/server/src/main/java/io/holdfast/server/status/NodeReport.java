package io.holdfast.server.status;

import io.holdfast.server.serial.WireMessage;
import java.util.List;

/**
 * A node as it sees itself. A node with many replicas sends it in parts, so that each fits a message between nodes.
 *
 * @param clusterEndpoint host:port of the node's cluster traffic; names the node
 * @param part 0 to parts - 1
 * @param storageSlow its journal takes far longer to write than it should
 * @param storageMessage what is wrong, or empty
 * @param dataBytes what its replicas' data takes in memory, roughly
 * @param dataLimitBytes what it may take
 * @param dataFull writes that bring more are refused
 * @param diskFreeBytes free on the fuller disk of its journal and its snapshots; 0 if it is not watched
 * @param diskLow there is too little for more data
 */
public record NodeReport(
        long round,
        String site,
        String clusterEndpoint,
        int part,
        int parts,
        boolean storageOk,
        boolean storageSlow,
        String storageMessage,
        long dataBytes,
        long dataLimitBytes,
        boolean dataFull,
        long diskFreeBytes,
        boolean diskLow,
        List<ReplicaReport> replicas)
        implements StatusMessage, WireMessage {
    public NodeReport {
        replicas = List.copyOf(replicas);
    }
}
