package io.holdfast.server.partition;

import io.holdfast.core.partition.PartitionCore;

/** Looks at a replica after each of its steps, on the replica's own thread: must be quick. */
public interface ReplicaObserver {
    ReplicaObserver NONE = core -> {};

    void stepped(PartitionCore core);
}
