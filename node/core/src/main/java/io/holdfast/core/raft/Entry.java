package io.holdfast.core.raft;

import io.holdfast.core.Bytes;

/**
 * One entry of the replicated log.
 *
 * @param term the leader's term that made it
 * @param index 1, 2, 3 …, without holes
 * @param timestamp hybrid logical time; of a {@link Kind#COMMANDS} entry the first command's, the next ones count on
 * @param payload encoded once by the leader; the same bytes go to every peer and every journal
 */
public record Entry(long term, long index, long timestamp, Kind kind, Bytes payload) {
    public static final int HEADER_BYTES = 32;

    public enum Kind {
        /** What a new leader appends first, so that it may commit what older terms left (Raft, section 5.4.2 and 8). */
        NOOP,
        /** A batch of client commands. */
        COMMANDS,
        /** A rebuilt replica becomes a voter again, see {@link Membership}. */
        ADMIT
    }

    /** What the entry counts against limits in bytes: its payload and a flat sum for its header. */
    public int size() {
        return payload.length() + HEADER_BYTES;
    }
}
