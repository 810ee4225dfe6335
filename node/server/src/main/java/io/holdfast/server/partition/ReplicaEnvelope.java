package io.holdfast.server.partition;

import io.holdfast.server.serial.WireMessage;

/** Addresses a message to the replica of a partition, at the site whose shard region it is sent to. */
public record ReplicaEnvelope(PartitionId partition, ReplicaMessage message) implements WireMessage {}
