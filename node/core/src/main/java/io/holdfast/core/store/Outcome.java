package io.holdfast.core.store;

/**
 * What became of a command. Kept by the partition until the client is done with it, so that a retry gets the first one.
 *
 * @param version the version written, or the one found, see the wire format's WriteResult; 0 for a put that is acknowledged before it
 *     is committed; of a transaction its commit or prepare timestamp
 */
public record Outcome(Kind kind, long version) {
    public enum Kind {
        APPLIED,
        CONDITION_FAILED,
        /** Not applied, and never will be: somebody asked for the outcome before it came, or it came too late. */
        NOT_APPLIED,
        /** The client has said that it is done with this id. */
        FORGOTTEN,
        /** The transaction is committed at the version. */
        COMMITTED,
        /** The transaction met another one's lock, or what it read has changed: nothing of it is or will be applied. */
        CONFLICT,
        /** The transaction's part here is checked and locked, at the version. */
        PREPARED,
        /** The transaction was prepared, or would have been, and is aborted. */
        ABORTED,
        /** Nothing happened, and nothing was recorded: a transaction holds the key. Send it again, with the same id. */
        LOCKED
    }
}
