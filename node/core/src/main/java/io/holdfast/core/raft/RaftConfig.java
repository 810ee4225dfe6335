package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.List;

/**
 * What a replica must know from the start.
 *
 * @param self this replica's site
 * @param preference all sites, the one that should lead first: it differs by partition, so that leaders spread
 * @param heartbeatNanos how often a leader with work sends to each follower
 * @param electionTimeoutNanos a follower that has heard nothing for this long (and a random part more) asks for votes; a
 *     leader that has not heard a majority for this long steps down
 * @param leaseNanos for how long a follower promises its vote to nobody else after each message of the leader; 0: leases
 *     are off and every linearizable read takes a round
 * @param clockDriftBound clocks of two replicas run at rates that differ by at most this part, or leases are not used
 * @param quiesceAfterNanos an idle leader falls silent after this time
 * @param maxAppendBytes entries in one message, at most this or a single entry
 * @param maxInFlightAppends messages with entries that one follower has not yet answered
 * @param maxWriteBytes entries in one journal write, at most this or a single entry; and those that a leader is ahead of the write that is under way
 * @param logTailBytes committed entries kept in memory for followers that lag; older ones get an image
 * @param imageChunkBytes an image is sent in pieces of this size
 * @param imageRetryNanos an image chunk that is not answered is sent again after this time
 */
public record RaftConfig(
        SiteId self,
        List<SiteId> preference,
        long heartbeatNanos,
        long electionTimeoutNanos,
        long leaseNanos,
        double clockDriftBound,
        long quiesceAfterNanos,
        int maxAppendBytes,
        int maxInFlightAppends,
        int maxWriteBytes,
        long logTailBytes,
        int imageChunkBytes,
        long imageRetryNanos) {
    public RaftConfig {
        preference = List.copyOf(preference);
        if (!preference.contains(self)) {
            throw new IllegalArgumentException("site " + self + " is not among the replica's sites " + preference);
        }
        if (leaseNanos >= electionTimeoutNanos) {
            throw new IllegalArgumentException("the lease must be shorter than the election timeout");
        }
    }
}
