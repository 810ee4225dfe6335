package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.core.Bytes;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.Answer;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Result;
import io.holdfast.v1.Error;
import io.holdfast.v1.GetResult;
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
            response.setGet(get((Query.Value) found.answer()));
        } else if (result instanceof Result.Written written) {
            written(response, (Operation.Write) answer.operation(), written.outcome());
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

    private static GetResult get(Query.Value value) {
        GetResult.Builder result = GetResult.newBuilder().setVersion(value.version());
        if (value.value().isPresent()) {
            result.setFound(true).setValue(bytes(value.value().get()));
        }
        return result.build();
    }

    private static void written(Response.Builder response, Operation.Write write, Outcome outcome) {
        if (write.command().operation() instanceof Command.Settle) {
            response.setOutcome(outcome(outcome));
            return;
        }
        switch (outcome.kind()) {
            case APPLIED, CONDITION_FAILED -> response.setWrite(result(outcome));
            case NOT_APPLIED ->
                response.setError(error(
                        Reason.TIMED_OUT,
                        "The write reached its partition too late, or after its outcome was asked for. It was not applied"
                                + " and never will be: send it anew with a new write id."));
            case FORGOTTEN ->
                response.setError(error(
                        Reason.OUTCOME_FORGOTTEN,
                        "The client has said before that it is done with this write id, and its outcome is forgotten: use"
                                + " a new write id for a new write."));
            case LOCKED ->
                response.setError(error(
                        Reason.OVERLOADED,
                        "A transaction that is about to be decided holds the key, and nothing was applied: retry with the same"
                                + " write id after a pause."));
            case COMMITTED, CONFLICT, PREPARED, ABORTED ->
                throw new IllegalStateException("a write was answered with a transaction's outcome " + outcome);
        }
    }

    private static OutcomeResult outcome(Outcome outcome) {
        OutcomeResult.Builder result = OutcomeResult.newBuilder();
        switch (outcome.kind()) {
            case APPLIED, CONDITION_FAILED ->
                result.setState(OutcomeResult.State.FINISHED).setResult(result(outcome));
            case NOT_APPLIED -> result.setState(OutcomeResult.State.NOT_APPLIED);
            case FORGOTTEN -> result.setState(OutcomeResult.State.FORGOTTEN);
            case COMMITTED, CONFLICT, PREPARED, ABORTED, LOCKED ->
                throw new IllegalStateException("a write was answered with a transaction's outcome " + outcome);
        }
        return result.build();
    }

    private static WriteResult result(Outcome outcome) {
        return WriteResult.newBuilder()
                .setApplied(outcome.kind() == Outcome.Kind.APPLIED)
                .setVersion(outcome.version())
                .build();
    }

    private static Error error(Reason reason, String message) {
        return Error.newBuilder().setReason(reason).setMessage(message).build();
    }
}
