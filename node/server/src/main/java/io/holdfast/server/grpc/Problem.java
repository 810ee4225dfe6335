package io.holdfast.server.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.client.internal.Errors;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.Result;
import io.holdfast.v1.Error;
import io.holdfast.v1.Reason;

/** A request that cannot be served, as the caller is told. Without a stack trace: it is no fault of this program. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Problem(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    static Problem of(Result.Failed failed) {
        return new Problem(failed.reason(), failed.message());
    }

    /** For what should never happen; the cause is logged by whoever catches it, not told to the caller. */
    static Problem internal() {
        return new Problem(
                Reason.INTERNAL,
                "The node failed on this request. This is a bug: please report it with the node's log. For a write, ask"
                        + " for its outcome.");
    }

    /** For what the node asks of itself, such as its status, and has no answer to in time: it has too little processor time. */
    static Problem tooSlow() {
        return new Problem(
                Reason.TIMED_OUT,
                "The node is too busy to answer in time: ask again, or another node, and see how busy its machine is.");
    }

    static Problem locked() {
        return new Problem(
                Reason.LOCKED,
                "A transaction that is about to be decided holds a key, and nothing was applied: retry, a write with the same"
                        + " write id, after some milliseconds.");
    }

    /** A read that has no answer. */
    static Problem of(Query.Denial denial) {
        return switch (denial) {
            case LOCKED -> locked();
            case HISTORY_GONE ->
                new Problem(
                        Reason.HISTORY_GONE,
                        "The timestamp is older than the history that the partition keeps: read at a later one, or create"
                                + " keyspaces with a longer history.");
            case TIMESTAMP_IN_FUTURE ->
                new Problem(
                        Reason.TIMESTAMP_IN_FUTURE,
                        "The timestamp lies further ahead of the clock of the partition's leader than half of the"
                                + " keyspace's history (1 s at least, 10 s at most): read at an earlier one, and compare the"
                                + " clocks of the sites.");
        };
    }

    static Problem notReady() {
        return new Problem(
                Reason.NOT_READY,
                "The node has not finished starting: retry with the same write id, here or elsewhere.");
    }

    static Problem shuttingDown() {
        return new Problem(
                Reason.SHUTTING_DOWN, "The node is shutting down: retry with the same write id at another node.");
    }

    Reason reason() {
        return reason;
    }

    Error toError() {
        return Error.newBuilder().setReason(reason).setMessage(getMessage()).build();
    }

    /** For the end of a call. */
    StatusRuntimeException toStatus() {
        return statusOf(toError());
    }

    /** The end of a call with what a session would be told. */
    static StatusRuntimeException statusOf(Error error) {
        var trailers = new Metadata();
        trailers.put(Errors.TRAILER, error);
        return Status.fromCode(ErrorRule.of(error.getReason()).code())
                .withDescription(error.getReason() + ": " + error.getMessage())
                .asRuntimeException(trailers);
    }
}
