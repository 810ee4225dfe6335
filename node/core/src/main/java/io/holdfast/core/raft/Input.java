package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;

/** What can happen to a replica of the Raft group. */
public sealed interface Input {
    /**
     * Time has passed. Expected by the time that {@link RaftNode#nextTickNanos()} tells.
     *
     * @param patienceNanos how much longer than usual the silence of others must have lasted before this replica concludes anything from it: its driver
     *     is late, and what they said may be waiting. Only for how soon a fault is noticed: leases and promises know nothing of it
     */
    record Tick(long patienceNanos) implements Input {
        /** From a driver that is not late. */
        public Tick() {
            this(0);
        }
    }

    /** Appends a batch of commands, if this replica leads; {@link Outputs#proposed()} says where. */
    record Propose(long timestamp, Bytes payload) implements Input {}

    /** Wants proof that this replica leads, for a linearizable read; the ticket comes back confirmed or refused. */
    record Read(long ticket) implements Input {}

    record Received(PeerMessage message) implements Input {}

    /** The journal has made all writes up to this number durable. */
    record Durable(long number) implements Input {}

    /** The journal failed: the replica gives up what leadership it has and stops. */
    record StorageFailed() implements Input {}

    /**
     * Whether the journal of this replica's node takes far longer to write than it should, or has yet to show that it does not any more. A leader hands
     * over to a site of which this is not so. Until it is said the journal is not slow.
     */
    record StorageSlow(boolean slow) implements Input {}

    /**
     * Whether this replica's node is short of the processor, so that messages wait there and it may be about to take sites for lost, or wrongly does not. Until it is
     * said it is not.
     */
    record Late(boolean late) implements Input {}

    /** A hint that a site cannot be reached. It may be late, early or wrong. */
    record Unreachable(SiteId site) implements Input {}

    record Reachable(SiteId site) implements Input {}

    /**
     * Whether this replica's node has room for more data, in its memory and on its disk. Until it is said there is enough.
     *
     * @param full there is none left
     * @param logTailBytes no more of the log's end is kept than this, or one message; {@link RaftConfig#logTailBytes()} if that is less
     */
    record Room(boolean full, long logTailBytes) implements Input {
        /** As long as nobody says otherwise. */
        public static final Room ENOUGH = new Room(false, Long.MAX_VALUE);

        /** What one replica keeps. */
        public long logTailBytes(RaftConfig config) {
            return Math.min(config.logTailBytes(), Math.max(config.maxAppendBytes(), logTailBytes));
        }

        /** How much of its log a leader sends to one follower ahead of the answers: all that is under way stays in memory, at both ends. */
        long inFlightBytes(RaftConfig config) {
            long most = (long) config.maxAppendBytes() * config.maxInFlightAppends();
            return Math.min(most, Math.max(config.maxAppendBytes(), logTailBytes));
        }
    }

    /** Hand leadership over, if this replica leads. */
    record Transfer(SiteId to) implements Input {}

    /** Somebody asked for something that only a leader can do, or that needs news of the others: make sure that there is a leader, and that it is awake. */
    record Nudge() implements Input {}

    /** The encoded image that {@link Outputs#imageWanted()} asked for. It stands at the index and term it says. */
    record ImageEncoded(long index, long term, Bytes image) implements Input {}

    /** The image that was asked for could not be encoded, or may not be as yet. */
    record ImageNotEncoded() implements Input {}

    /** The received image is saved durably, with what {@link RaftNode#written} gave. */
    record ImageInstalled(long index, long term, Membership membership) implements Input {}

    /** The received image could not be decoded or saved; the leader will send another. */
    record ImageFailed(long index) implements Input {}
}
