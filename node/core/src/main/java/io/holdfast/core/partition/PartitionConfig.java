package io.holdfast.core.partition;

import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.PartitionStore;

/**
 * @param limits the same on all replicas
 * @param maxEntryBytes commands are put together into one entry up to this size
 * @param maxPendingBytes commands that wait or are not committed yet; beyond it submissions are refused as overloaded
 * @param maxPendingReads linearizable reads that wait for a round
 * @param snapshotLogBytes the journal grows at least by this, and by the partition's size, between snapshots that nobody asks for
 * @param maxImageBytes a partition whose image would take more is full: it must be one array, which holds less than 2 GiB
 */
public record PartitionConfig(
        RaftConfig raft,
        PartitionStore.Limits limits,
        int maxEntryBytes,
        long maxPendingBytes,
        int maxPendingReads,
        long snapshotLogBytes,
        long maxImageBytes) {
    private static final long MAX_IMAGE_BYTES = 3L << 29;

    public PartitionConfig(
            RaftConfig raft,
            PartitionStore.Limits limits,
            int maxEntryBytes,
            long maxPendingBytes,
            int maxPendingReads,
            long snapshotLogBytes) {
        this(raft, limits, maxEntryBytes, maxPendingBytes, maxPendingReads, snapshotLogBytes, MAX_IMAGE_BYTES);
    }
}
