package io.holdfast.core.partition;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import java.util.List;

/**
 * Everything a replica needs to start again: what it must not forget, the partition's image, and the log behind it. It stands
 * for all journal records before it, whole or not at all (DESIGN 3, rule 9).
 */
public record ReplicaSnapshot(HardState hardState, PartitionImage image, List<Entry> logTail) {
    public ReplicaSnapshot {
        logTail = List.copyOf(logTail);
    }
}
