package io.holdfast.config;

import java.time.Duration;

/**
 * Section {@code replication}. Sizes are bytes.
 *
 * @param heartbeatInterval time between a leader's heartbeats; at most a third of the lease
 * @param electionTimeout silence of a leader after which a follower may stand for election
 * @param leaseDuration how long a leader may answer reads by itself after a majority heard it
 * @param clockDriftBound highest relative difference of the rates of two nodes' clocks, 0 to 0.5
 * @param maxAppendBytes entries in one append message, unless a single entry is larger
 * @param maxInFlightAppends unacknowledged append messages to one follower
 * @param maxEntryBytes requests that are packed into one log entry, unless a single request is larger
 * @param maxPendingBytes proposals of one partition that are not committed yet
 * @param maxPendingRequests requests of one partition that are not answered yet
 * @param logTailBytes entries of one partition kept in memory for followers that lag
 * @param snapshotLogBytes journal written, at least, between two durable snapshots of a partition
 * @param snapshotChunkBytes one chunk of a snapshot on its way to another site
 * @param quiesceAfter idle time after which a partition stops its own timers
 * @param returnLeadershipAfter how long the preferred site must have been well before a leader elsewhere hands over to it
 */
public record ReplicationSettings(
        Duration heartbeatInterval,
        Duration electionTimeout,
        Duration leaseDuration,
        double clockDriftBound,
        int maxAppendBytes,
        int maxInFlightAppends,
        int maxEntryBytes,
        int maxPendingBytes,
        int maxPendingRequests,
        int logTailBytes,
        int snapshotLogBytes,
        int snapshotChunkBytes,
        Duration quiesceAfter,
        Duration returnLeadershipAfter) {}
