package io.holdfast.server.grpc;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Operations;
import io.holdfast.v1.Commit;
import io.holdfast.v1.Delete;
import io.holdfast.v1.Get;
import io.holdfast.v1.OutcomeQuery;
import io.holdfast.v1.Put;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.TimestampResult;
import java.util.Optional;
import java.util.OptionalLong;

/** Checks requests and turns them into operations. Thread-safe. */
final class Requests {
    private final KeyspaceTable keyspaces;
    private final Operations operations;
    private final TransactionRequests transactions;
    private final WriteConcern defaultConcern;
    private final int defaultTimeoutMillis;

    Requests(
            KeyspaceTable keyspaces,
            Operations operations,
            TransactionRequests transactions,
            WriteConcern defaultConcern,
            int defaultTimeoutMillis) {
        this.keyspaces = keyspaces;
        this.operations = operations;
        this.transactions = transactions;
        this.defaultConcern = defaultConcern;
        this.defaultTimeoutMillis = defaultTimeoutMillis;
    }

    /** @throws Problem if the request is wrong */
    Operation operation(Request request) {
        if (request.getOpCase() == Request.OpCase.COMMIT) {
            int timeout = Checks.timeout(request.getTimeoutMillis(), defaultTimeoutMillis);
            Commit commit = request.getCommit();
            return transactions.commit(request.getId(), timeout, commit, concern(commit.getWriteConcern()));
        }
        KeyspaceTable.Entry keyspace = Checks.keyspace(request.getKeyspace(), keyspaces);
        int timeout = Checks.timeout(request.getTimeoutMillis(), defaultTimeoutMillis);
        return switch (request.getOpCase()) {
            case PUT -> put(request.getId(), keyspace, timeout, request.getPut());
            case DELETE -> delete(request.getId(), keyspace, timeout, request.getDelete());
            case GET -> get(request.getId(), keyspace, timeout, request.getGet());
            case OUTCOME -> outcome(request.getId(), keyspace, timeout, request.getOutcome());
            case PAGE -> transactions.page(request.getId(), keyspace, timeout, request.getPage());
            case VALIDATE -> transactions.validate(request.getId(), keyspace, timeout, request.getValidate());
            case COMMIT, CHOOSE_TIMESTAMP -> throw new IllegalStateException("answered before");
            case OP_NOT_SET ->
                throw new Problem(
                        Reason.INVALID_REQUEST,
                        "The request names no operation that this node knows: set put, delete, get, outcome, commit, page,"
                                + " validate or choose_timestamp.");
        };
    }

    /** The response to a request that needs no partition. */
    Optional<Response> immediate(Request request) {
        if (request.getOpCase() != Request.OpCase.CHOOSE_TIMESTAMP) {
            return Optional.empty();
        }
        long timestamp = transactions.choose(request.getChooseTimestamp());
        return Optional.of(Response.newBuilder()
                .setId(request.getId())
                .setTimestamp(TimestampResult.newBuilder().setTimestamp(timestamp))
                .build());
    }

    private Operation put(long tag, KeyspaceTable.Entry keyspace, int timeout, Put put) {
        byte[] key = Checks.key(put.getKey());
        var write = new Command.Put(
                Bytes.wrap(key), Bytes.wrap(Checks.value(put.getValue())), condition(put.getCondition()));
        WriteConcern concern = concern(put.getWriteConcern());
        return put.hasWriteId()
                ? write(tag, keyspace, key, put.getWriteId(), write, concern, timeout)
                : operations.write(tag, keyspace.partitionOf(key), write, concern, timeout);
    }

    private Operation delete(long tag, KeyspaceTable.Entry keyspace, int timeout, Delete delete) {
        byte[] key = Checks.key(delete.getKey());
        var write = new Command.Delete(Bytes.wrap(key), condition(delete.getCondition()));
        WriteConcern concern = concern(delete.getWriteConcern());
        return delete.hasWriteId()
                ? write(tag, keyspace, key, delete.getWriteId(), write, concern, timeout)
                : operations.write(tag, keyspace.partitionOf(key), write, concern, timeout);
    }

    private Operation get(long tag, KeyspaceTable.Entry keyspace, int timeout, Get get) {
        byte[] key = Checks.key(get.getKey());
        int staleness = Checks.staleness(get.getMaxStalenessMillis());
        OptionalLong at = Checks.timestamp(get.getAt());
        var plain = new Query.Get(Bytes.wrap(key));
        Query query = at.isPresent() || get.getDated() ? new Query.ForTime(plain, at) : plain;
        return operations.read(tag, keyspace.partitionOf(key), query, staleness, timeout);
    }

    /** Durable at a majority whatever the write's own concern was: what it answers must stay true. */
    private Operation outcome(long tag, KeyspaceTable.Entry keyspace, int timeout, OutcomeQuery query) {
        byte[] key = Checks.key(query.getKey());
        if (!query.hasWriteId()) {
            throw new Problem(Reason.INVALID_REQUEST, "The question for an outcome names no write: set write_id.");
        }
        var settle = new Command.Settle(Bytes.wrap(key));
        return write(tag, keyspace, key, query.getWriteId(), settle, WriteConcern.MAJORITY, timeout);
    }

    private Operation write(
            long tag,
            KeyspaceTable.Entry keyspace,
            byte[] key,
            io.holdfast.v1.WriteId id,
            Command.Operation write,
            WriteConcern concern,
            int timeout) {
        return operations.write(
                tag, keyspace.partitionOf(key), Checks.writeId(id), id.getDoneBelow(), write, concern, timeout);
    }

    private WriteConcern concern(io.holdfast.v1.WriteConcern wire) {
        return switch (wire) {
            case WRITE_CONCERN_DEFAULT -> defaultConcern;
            case ONE -> WriteConcern.ONE;
            case MAJORITY -> WriteConcern.MAJORITY;
            case ALL -> WriteConcern.ALL;
            case UNRECOGNIZED ->
                throw new Problem(
                        Reason.INVALID_REQUEST,
                        "The write concern is none that this node knows: use ONE, MAJORITY, ALL or the default.");
        };
    }

    private static Condition condition(io.holdfast.v1.Condition wire) {
        return switch (wire.getKindCase()) {
            case KIND_NOT_SET -> Condition.NONE;
            case ABSENT -> {
                required("absent", wire.getAbsent());
                yield new Condition.Absent();
            }
            case PRESENT -> {
                required("present", wire.getPresent());
                yield new Condition.Present();
            }
            case VERSION -> new Condition.VersionIs(wire.getVersion());
        };
    }

    private static void required(String name, boolean value) {
        if (!value) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The condition " + name + " = false says nothing: set it to true, or leave the condition out.");
        }
    }
}
