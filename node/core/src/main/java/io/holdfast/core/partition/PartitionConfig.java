package io.holdfast.core.partition;

import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.PartitionStore;

/**
 * @param limits the same on all replicas
 * @param maxEntryBytes commands are put together into one entry up to this size
 * @param maxPendingBytes commands that wait or are not committed yet; beyond it submissions are refused as overloaded
 * @param maxPendingReads linearizable reads that wait for a round
 * @param snapshotLogBytes the journal grows at least by this, and by the partition's size, between snapshots that nobody asks for
 */
public record PartitionConfig(
        RaftConfig raft,
        PartitionStore.Limits limits,
        int maxEntryBytes,
        long maxPendingBytes,
        int maxPendingReads,
        long snapshotLogBytes) {}
