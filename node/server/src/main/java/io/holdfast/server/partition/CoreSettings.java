package io.holdfast.server.partition;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.ReplicationSettings;
import io.holdfast.config.ToleranceSettings;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.server.catalog.KeyspaceDefinition;
import java.time.Duration;

/** The core's settings for a partition, from the node's settings and the keyspace's definition. */
public final class CoreSettings {
    /** A chunk of an image is sent again when it has not been answered for several election timeouts: loss is rare. */
    private static final int IMAGE_RETRY_TIMEOUTS = 2;

    private CoreSettings() {}

    public static PartitionConfig of(HoldfastSettings settings, KeyspaceDefinition definition, PartitionId partition) {
        ReplicationSettings replication = settings.replication();
        var limits = new PartitionStore.Limits(definition.historyMillis(), definition.retentionMillis());
        return new PartitionConfig(
                raft(settings, definition, partition),
                limits,
                replication.maxEntryBytes(),
                replication.maxPendingBytes(),
                replication.maxPendingRequests(),
                replication.snapshotLogBytes());
    }

    private static RaftConfig raft(HoldfastSettings settings, KeyspaceDefinition definition, PartitionId partition) {
        ReplicationSettings replication = settings.replication();
        ToleranceSettings tolerance = settings.tolerance();
        Duration electionTimeout = tolerance.stretch(replication.electionTimeout());
        return new RaftConfig(
                new SiteId(settings.site().name()),
                definition.preference(partition.number()),
                tolerance.stretch(replication.heartbeatInterval()).toNanos(),
                electionTimeout.toNanos(),
                tolerance.stretch(replication.leaseDuration()).toNanos(),
                replication.clockDriftBound(),
                replication.quiesceAfter().toNanos(),
                replication.maxAppendBytes(),
                replication.maxInFlightAppends(),
                replication.maxAppendBytes(),
                replication.logTailBytes(),
                replication.snapshotChunkBytes(),
                electionTimeout.multipliedBy(IMAGE_RETRY_TIMEOUTS).toNanos());
    }
}
