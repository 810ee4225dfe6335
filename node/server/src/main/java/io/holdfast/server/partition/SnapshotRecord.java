package io.holdfast.server.partition;

import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.server.serial.DurableRecord;

/** What a replica saves in the snapshot store. */
public record SnapshotRecord(ReplicaSnapshot snapshot) implements DurableRecord {}
