package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.core.Bytes;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Outcome;
import io.holdfast.server.gateway.Answer;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Result;
import io.holdfast.v1.CommitResult;
import io.holdfast.v1.Error;
import io.holdfast.v1.OutcomeResult;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Response;
import io.holdfast.v1.WriteResult;

/** Turns answers into responses. */
final class Responses {
    private Responses() {}

    static Response of(String leaderSite, Answer answer) {
        Response.Builder response =
                Response.newBuilder().setId(answer.operation().tag()).setLeaderSite(leaderSite);
        Result result = answer.result();
        if (result instanceof Result.Found found) {
            Found.fill(response, found.answer());
        } else if (result instanceof Result.Written written) {
            written(response, answer.operation(), written.outcome());
        } else {
            response.setError(Problem.of((Result.Failed) result).toError());
        }
        return response.build();
    }

    static Response failed(long id, Problem problem) {
        return Response.newBuilder().setId(id).setError(problem.toError()).build();
    }

    /** Shares the bytes: they are immutable on both sides. */
    static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.unsafeArray());
    }

    private static void written(Response.Builder response, Operation operation, Outcome outcome) {
        boolean asked =
                operation instanceof Operation.Write write && write.command().operation() instanceof Command.Settle;
        if (asked) {
            outcome(response, outcome);
            return;
        }
        switch (outcome.kind()) {
            case APPLIED, CONDITION_FAILED -> response.setWrite(result(outcome));
            case NOT_APPLIED ->
                response.setError(error(
                                Reason.TIMED_OUT,
                                "The write reached its partition too late, or after its outcome was asked for. It was not"
                                        + " applied and never will be: send it anew with a new write id.")
                        .toBuilder()
                        .setNotApplied(true));
            case FORGOTTEN ->
                response.setError(error(
                        Reason.OUTCOME_FORGOTTEN,
                        "The outcome of this write id is forgotten: the client has said that it is done with it, or was silent"
                                + " for longer than outcomes are kept. Read the key to see what is there."));
            case LOCKED -> response.setError(Problem.locked().toError());
            case COMMITTED -> response.setCommit(commit(CommitResult.State.COMMITTED, outcome.version()));
            case CONFLICT -> response.setCommit(commit(CommitResult.State.CONFLICT, 0));
            case ABORTED -> response.setCommit(commit(CommitResult.State.ABORTED, 0));
            // It is not this caller's to answer: it waits for what decides the transaction.
            case PREPARED ->
                response.setError(error(
                        Reason.INVALID_REQUEST,
                        "The write id is that of a transaction that is about to be decided: give each write and each"
                                + " transaction a number of its own."));
        }
    }

    private static CommitResult commit(CommitResult.State state, long timestamp) {
        return CommitResult.newBuilder().setState(state).setTimestamp(timestamp).build();
    }

    private static void outcome(Response.Builder response, Outcome outcome) {
        OutcomeResult.Builder result = OutcomeResult.newBuilder();
        switch (outcome.kind()) {
            case APPLIED, CONDITION_FAILED, COMMITTED ->
                result.setState(OutcomeResult.State.FINISHED).setResult(result(outcome));
            case NOT_APPLIED, CONFLICT, ABORTED -> result.setState(OutcomeResult.State.NOT_APPLIED);
            case FORGOTTEN -> result.setState(OutcomeResult.State.FORGOTTEN);
            case PREPARED, LOCKED -> {
                response.setError(error(
                        Reason.INVALID_REQUEST,
                        "The transaction is not decided by the partition of this key: ask with a key that it writes in the"
                                + " first of the partitions, by keyspace and number, in which it writes."));
                return;
            }
        }
        response.setOutcome(result);
    }

    private static WriteResult result(Outcome outcome) {
        return WriteResult.newBuilder()
                .setApplied(outcome.kind() != Outcome.Kind.CONDITION_FAILED)
                .setVersion(outcome.version())
                .build();
    }

    private static Error error(Reason reason, String message) {
        return Error.newBuilder().setReason(reason).setMessage(message).build();
    }
}
