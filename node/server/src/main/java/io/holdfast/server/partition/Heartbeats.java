package io.holdfast.server.partition;

import io.holdfast.core.raft.PeerMessage;
import io.holdfast.server.serial.WireMessage;
import java.util.List;

/** Heartbeats and answers to them, of many partitions, from one node to another: see {@link HeartbeatPost}. */
public record Heartbeats(List<Item> items) implements WireMessage {
    public Heartbeats {
        items = List.copyOf(items);
    }

    /** @param sender the replica's path with its node; empty if it does not show where it is */
    public record Item(PartitionId partition, String sender, PeerMessage message) {}
}
