package io.holdfast.persistence;

import java.time.Instant;

/**
 * How one storage is doing. Immutable.
 *
 * @param place the storage this is about: a directory such as {@code <dir>/journal}, or a keyspace of Cassandra
 * @param state see {@link State}
 * @param message what is wrong and what to do; empty when {@code state} is {@link State#OK}
 * @param since when this state began, by the machine's clock
 */
public record StorageHealth(String place, State state, String message, Instant since) {

    /** Only {@link #OK} takes writes. */
    public enum State {
        /** Being opened for the first time; writes wait. */
        OPENING,
        /** The last write succeeded, or the storage has been opened again after a failure. */
        OK,
        /** Writes fail at once. The journal retries by itself every {@code reopen-interval}. */
        FAILED,
        /** Writes fail at once and no retry is made: the data is corrupt, and the message says what to do. */
        CORRUPT,
        /** The actor system that used the storage has ended. */
        CLOSED
    }

    /** Whether writes are accepted now. */
    public boolean ok() {
        return state == State.OK;
    }
}
