package io.holdfast.client;

/**
 * Why an operation failed. The first part mirrors {@code holdfast.v1.Reason}, which nodes send; the last part is decided
 * by this client. docs/errors.md lists the reasons of the wire with their gRPC status.
 */
public enum Reason {
    /** The key is empty, longer than 4096 bytes, or a string that has no UTF-8 form. */
    INVALID_KEY(Retry.NEVER),
    /** The value is larger than 1 MiB. */
    INVALID_VALUE(Retry.NEVER),
    /** The keyspace's name is not of the form {@code [a-z][a-z0-9-]{0,62}}. */
    INVALID_KEYSPACE_NAME(Retry.NEVER),
    /** Something else in the request or in the options cannot be meant. */
    INVALID_REQUEST(Retry.NEVER),
    /** No such keyspace: create it first. */
    UNKNOWN_KEYSPACE(Retry.NEVER),
    /** A keyspace of this name is there already. */
    KEYSPACE_EXISTS(Retry.NEVER),
    /** A limit is negative. */
    INVALID_LIMIT(Retry.NEVER),
    /** The cluster has too few sites for the tolerance asked for. */
    TOLERANCE_NOT_POSSIBLE(Retry.NEVER),
    /** The transaction has more keys or bytes than one may have. */
    TRANSACTION_TOO_LARGE(Retry.NEVER),
    /** The timestamp is older than the history that the keyspace keeps. */
    HISTORY_GONE(Retry.NEVER),
    /** The timestamp lies further ahead than clocks may differ. */
    TIMESTAMP_IN_FUTURE(Retry.NEVER),
    /** A site has no memory or disk left for more data, and nothing was applied. Deletions and reads are served; delete data, or give the nodes more. */
    STORE_FULL(Retry.NEVER),

    /** The partition has no leader at this moment. */
    NO_LEADER(Retry.SAME_ID),
    /** The leader stepped down while it worked on the request. */
    LEADERSHIP_LOST(Retry.SAME_ID),
    /** The node has too much to do. */
    OVERLOADED(Retry.SAME_ID),
    /** The node's storage does not take writes. */
    STORAGE_FAILED(Retry.SAME_ID),
    /** The node is going away. */
    SHUTTING_DOWN(Retry.SAME_ID),
    /** The node has not finished starting. */
    NOT_READY(Retry.SAME_ID),
    /** A transaction that is about to be decided holds the key. */
    LOCKED(Retry.SAME_ID),
    /** No node could be reached, or the connection broke. */
    UNREACHABLE(Retry.SAME_ID),

    /** The deadline passed before there was an outcome. For a write, ask {@link Keyspace#outcome} later. */
    TIMED_OUT(Retry.ASK_OUTCOME),
    /** The write's outcome is no longer remembered: nobody can say whether it was applied. */
    OUTCOME_FORGOTTEN(Retry.NEVER),
    /** A bug in Holdfast: please report it. For a write, the outcome can be asked for. */
    INTERNAL(Retry.ASK_OUTCOME),

    /** The transaction met another one, and nothing of it was applied: run it again. {@link Keyspace#transact} does by itself. */
    CONFLICT(Retry.AS_NEW),
    /** This client holds as many requests as its options allow; nothing was sent. Try again when some have finished. */
    CLIENT_FULL(Retry.AS_NEW),
    /** The client was closed. For a write that was on its way, ask for the outcome with another client. */
    CLIENT_CLOSED(Retry.ASK_OUTCOME),
    /** The waiting thread was interrupted. For a write, ask for the outcome. */
    INTERRUPTED(Retry.ASK_OUTCOME);

    /** What may be done about a failure. */
    public enum Retry {
        /** It would fail in the same way again. */
        NEVER,
        /** The client does so by itself, with the same write id; the application sees it only as the cause of a time-out. */
        SAME_ID,
        /** Nothing was sent, or nothing of it was applied: the application may simply call again. */
        AS_NEW,
        /**
         * A read may be called again. A write may have been applied: calling again could apply it twice, so ask
         * {@link Keyspace#outcome} with {@link HoldfastException#writeId()} first.
         */
        ASK_OUTCOME
    }

    private final Retry retry;

    Reason(Retry retry) {
        this.retry = retry;
    }

    /** What may be done about it. */
    public Retry retry() {
        return retry;
    }

    /** The reason a node sent, or {@link #INTERNAL} for one that this version of the client does not know. */
    public static Reason fromWire(io.holdfast.v1.Reason wire) {
        return switch (wire) {
            case INVALID_KEY -> INVALID_KEY;
            case INVALID_VALUE -> INVALID_VALUE;
            case INVALID_KEYSPACE_NAME -> INVALID_KEYSPACE_NAME;
            case INVALID_REQUEST -> INVALID_REQUEST;
            case UNKNOWN_KEYSPACE -> UNKNOWN_KEYSPACE;
            case KEYSPACE_EXISTS -> KEYSPACE_EXISTS;
            case INVALID_LIMIT -> INVALID_LIMIT;
            case TOLERANCE_NOT_POSSIBLE -> TOLERANCE_NOT_POSSIBLE;
            case TRANSACTION_TOO_LARGE -> TRANSACTION_TOO_LARGE;
            case HISTORY_GONE -> HISTORY_GONE;
            case TIMESTAMP_IN_FUTURE -> TIMESTAMP_IN_FUTURE;
            case STORE_FULL -> STORE_FULL;
            case LOCKED -> LOCKED;
            case NO_LEADER -> NO_LEADER;
            case LEADERSHIP_LOST -> LEADERSHIP_LOST;
            case OVERLOADED -> OVERLOADED;
            case STORAGE_FAILED -> STORAGE_FAILED;
            case SHUTTING_DOWN -> SHUTTING_DOWN;
            case NOT_READY -> NOT_READY;
            case TIMED_OUT -> TIMED_OUT;
            case OUTCOME_FORGOTTEN -> OUTCOME_FORGOTTEN;
            case REASON_UNSPECIFIED, INTERNAL, UNRECOGNIZED -> INTERNAL;
        };
    }
}
