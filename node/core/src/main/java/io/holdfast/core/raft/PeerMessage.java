package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import java.util.List;

/**
 * What the replicas of one partition say to each other. Every message carries the sender, its identity and its term, and
 * is checked against them on arrival: it may be late by minutes, doubled or out of order.
 */
public sealed interface PeerMessage {
    SiteId from();

    long identity();

    long term();

    /** What the sender remembers of all storages, if it tells it in this message. */
    default Floors floors() {
        return Floors.NONE;
    }

    /**
     * Would you vote for me? Promises nothing (Raft dissertation, section 9.6). The term is the next one.
     *
     * @param commitIndex the candidate's, so that the receiver commits what it holds of it, too: it may have forgotten that a rebuilt replica was
     *     admitted, without whose vote nobody is elected (docs/protocol.md, section 9)
     * @param commitTerm of the entry at that index
     */
    record PreVoteRequest(
            SiteId from,
            long identity,
            long term,
            long lastIndex,
            long lastTerm,
            long commitIndex,
            long commitTerm,
            Floors floors)
            implements PeerMessage {}

    /**
     * @param term the term asked for if granted, else the voter's own
     * @param retryAfterNanos if refused for a promise to the present leader: how long that still holds; if refused
     *     because the group was silent: when to ask again; else 0
     */
    record PreVoteResponse(SiteId from, long identity, long term, boolean granted, long retryAfterNanos, Floors floors)
            implements PeerMessage {}

    /** @param transfer the leader itself asked for this election, so promises to it do not bind */
    record VoteRequest(
            SiteId from, long identity, long term, long lastIndex, long lastTerm, boolean transfer, Floors floors)
            implements PeerMessage {}

    record VoteResponse(SiteId from, long identity, long term, boolean granted, Floors floors) implements PeerMessage {}

    /**
     * Entries, or none: then it is a heartbeat.
     *
     * @param stamp the leader's monotonic time of sending, strictly growing; comes back in the response. Leases and
     *     ReadIndex count it.
     * @param commitIndex the leader's
     * @param asOfWallMillis the leader's state at commitIndex holds everything that was acknowledged before this wall
     *     time; 0 if it cannot tell
     * @param quiesce the leader falls silent after this one, because all is replicated and nobody asks for anything
     * @param floors now and then; else none
     */
    record AppendRequest(
            SiteId from,
            long identity,
            long term,
            long stamp,
            long prevIndex,
            long prevTerm,
            List<Entry> entries,
            long commitIndex,
            long asOfWallMillis,
            boolean quiesce,
            Floors floors)
            implements PeerMessage {
        public AppendRequest {
            entries = List.copyOf(entries);
        }
    }

    /**
     * @param stamp of the newest AppendRequest of this term that was received, 0 for none: also asks a silent leader for
     *     a sign of life
     * @param clock the follower's monotonic time, to compare clock rates
     * @param wallMillis the follower's wall clock, to tell a leader whose own is wrong
     * @param life drawn at random at each start of the follower: clocks of two lives cannot be compared
     * @param promiseNanos for how long, from the receipt of that request on, the follower promises its vote to nobody else
     * @param matchIndex the follower's log is the leader's up to here, durably
     * @param health of the follower's node
     */
    record AppendResponse(
            SiteId from,
            long identity,
            long term,
            long stamp,
            long clock,
            long wallMillis,
            long life,
            long promiseNanos,
            long matchIndex,
            LogState logState,
            NodeHealth health)
            implements PeerMessage {}

    /** What the follower's log looks like to the leader. */
    sealed interface LogState {
        /** The last request fitted. */
        record Matches() implements LogState {}

        /**
         * The last request did not fit.
         *
         * @param rejectedIndex its prevIndex
         * @param hintIndex the last index at which the logs may agree
         */
        record Conflict(long rejectedIndex, long hintIndex) implements LogState {}

        /** An image is being decoded or saved; entries are not taken until that is done. */
        record Installing(long imageIndex) implements LogState {}
    }

    /** @param checksum CRC-32C of the whole encoded image */
    record ImageChunk(
            SiteId from,
            long identity,
            long term,
            long imageIndex,
            long imageTerm,
            int number,
            int count,
            int checksum,
            Bytes bytes)
            implements PeerMessage {}

    /** @param nextNumber the chunk the receiver waits for; equal to the count when it has all */
    record ImageAck(SiteId from, long identity, long term, long imageIndex, int nextNumber) implements PeerMessage {}

    /** Leadership transfer: start an election now (Raft dissertation, section 3.10). */
    record TimeoutNow(SiteId from, long identity, long term) implements PeerMessage {}
}
