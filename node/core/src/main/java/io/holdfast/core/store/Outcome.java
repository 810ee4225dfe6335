package io.holdfast.core.store;

/**
 * What became of a command. Kept by the partition until the client is done with it, so that a retry gets the first one.
 *
 * @param version the version written, or the one found, see the wire format's WriteResult
 */
public record Outcome(Kind kind, long version) {
    public enum Kind {
        APPLIED,
        CONDITION_FAILED,
        /** Not applied, and never will be: somebody asked for the outcome before it came, or it came too late. */
        NOT_APPLIED,
        /** The client has said that it is done with this id. */
        FORGOTTEN
    }
}
