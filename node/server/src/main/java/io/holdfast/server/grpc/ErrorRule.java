package io.holdfast.server.grpc;

import io.grpc.Status;
import io.holdfast.v1.Reason;

/**
 * The gRPC status of each reason and what a caller may do about it. docs/errors.md says the same to people; a test holds the two
 * together.
 */
public enum ErrorRule {
    INVALID_KEY(Reason.INVALID_KEY, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    INVALID_VALUE(Reason.INVALID_VALUE, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    INVALID_KEYSPACE_NAME(Reason.INVALID_KEYSPACE_NAME, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    INVALID_REQUEST(Reason.INVALID_REQUEST, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    UNKNOWN_KEYSPACE(Reason.UNKNOWN_KEYSPACE, Status.Code.NOT_FOUND, Retry.NEVER),
    KEYSPACE_EXISTS(Reason.KEYSPACE_EXISTS, Status.Code.ALREADY_EXISTS, Retry.NEVER),
    INVALID_LIMIT(Reason.INVALID_LIMIT, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    TOLERANCE_NOT_POSSIBLE(Reason.TOLERANCE_NOT_POSSIBLE, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    TRANSACTION_TOO_LARGE(Reason.TRANSACTION_TOO_LARGE, Status.Code.INVALID_ARGUMENT, Retry.NEVER),
    HISTORY_GONE(Reason.HISTORY_GONE, Status.Code.FAILED_PRECONDITION, Retry.NEVER),
    TIMESTAMP_IN_FUTURE(Reason.TIMESTAMP_IN_FUTURE, Status.Code.FAILED_PRECONDITION, Retry.NEVER),
    STORE_FULL(Reason.STORE_FULL, Status.Code.RESOURCE_EXHAUSTED, Retry.NEVER),
    NO_LEADER(Reason.NO_LEADER, Status.Code.UNAVAILABLE, Retry.SAME_ID),
    LEADERSHIP_LOST(Reason.LEADERSHIP_LOST, Status.Code.UNAVAILABLE, Retry.SAME_ID),
    OVERLOADED(Reason.OVERLOADED, Status.Code.RESOURCE_EXHAUSTED, Retry.SAME_ID),
    STORAGE_FAILED(Reason.STORAGE_FAILED, Status.Code.UNAVAILABLE, Retry.SAME_ID),
    SHUTTING_DOWN(Reason.SHUTTING_DOWN, Status.Code.UNAVAILABLE, Retry.SAME_ID),
    NOT_READY(Reason.NOT_READY, Status.Code.UNAVAILABLE, Retry.SAME_ID),
    LOCKED(Reason.LOCKED, Status.Code.ABORTED, Retry.SAME_ID),
    TIMED_OUT(Reason.TIMED_OUT, Status.Code.DEADLINE_EXCEEDED, Retry.SAME_ID_OR_OUTCOME),
    OUTCOME_FORGOTTEN(Reason.OUTCOME_FORGOTTEN, Status.Code.FAILED_PRECONDITION, Retry.NEVER),
    INTERNAL(Reason.INTERNAL, Status.Code.INTERNAL, Retry.OUTCOME);

    /** What a caller may do, as docs/errors.md words it. */
    public enum Retry {
        NEVER("never"),
        SAME_ID("same write id"),
        SAME_ID_OR_OUTCOME("same write id, or ask for the outcome"),
        OUTCOME("ask for the outcome");

        private final String words;

        Retry(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    private final Reason reason;
    private final Status.Code code;
    private final Retry retry;

    ErrorRule(Reason reason, Status.Code code, Retry retry) {
        this.reason = reason;
        this.code = code;
        this.retry = retry;
    }

    public Reason reason() {
        return reason;
    }

    public Status.Code code() {
        return code;
    }

    public Retry retry() {
        return retry;
    }

    /** The rule of a reason that nodes send. */
    public static ErrorRule of(Reason reason) {
        return valueOf(reason.name());
    }
}
