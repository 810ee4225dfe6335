package io.holdfast.client;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.client.internal.Errors;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.Error;
import io.holdfast.v1.Get;
import io.holdfast.v1.GetResult;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.KeyspaceRoutes;
import io.holdfast.v1.ListKeyspacesResponse;
import io.holdfast.v1.OutcomeResult;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.Routes;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.SiteEndpoints;
import io.holdfast.v1.TimestampResult;
import io.holdfast.v1.TransferLeaderRequest;
import io.holdfast.v1.WriteResult;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A cluster in memory: one map, write ids with outcomes, and a node a site. What the client must cope with is bent in. */
final class FakeCluster implements AutoCloseable {
    static final int PARTITIONS = 8;

    final Map<String, FakeNode> nodes = new LinkedHashMap<>();
    final Map<Integer, String> leaders = new ConcurrentHashMap<>();
    final Map<String, io.holdfast.v1.Keyspace> keyspaces = new ConcurrentHashMap<>();
    /** Keyspaces that the routes do not speak of yet. */
    final Set<String> untold = ConcurrentHashMap.newKeySet();
    /** So many keyspaces will be created without an answer. */
    final AtomicInteger lostCreations = new AtomicInteger();
    /** So many creations are refused, by nodes that start. */
    final AtomicInteger refusedCreations = new AtomicInteger();
    /** So many leaders will be moved without an answer. */
    final AtomicInteger lostTransfers = new AtomicInteger();
    /** So many are refused, by nodes that stop. */
    final AtomicInteger refusedTransfers = new AtomicInteger();
    /** So many times keyspaces will be listed by a node that has not heard of a new one. */
    final AtomicInteger listsBehind = new AtomicInteger();

    private final TreeMap<ByteString, KeyValue> data = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final Map<String, WriteResult> outcomes = new HashMap<>();
    private final Map<String, Boolean> never = new HashMap<>();
    /** What each key was from which version on; empty: it was absent. */
    private final Map<ByteString, TreeMap<Long, Optional<KeyValue>>> history = new HashMap<>();

    final FakeTransactions transactions = new FakeTransactions(this);
    int applied;
    private long version;

    FakeCluster(String... sites) {
        for (String site : sites) {
            nodes.put(site, new FakeNode(site, this));
        }
        for (int i = 0; i < PARTITIONS; i++) {
            leaders.put(i, sites[0]);
        }
        keyspaces.put("shop", keyspace("shop", PARTITIONS));
    }

    static io.holdfast.v1.Keyspace keyspace(String name, int partitions) {
        return io.holdfast.v1.Keyspace.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setTolerates(1)
                .setHistoryMillis(1000)
                .build();
    }

    FakeNode node(String site) {
        return nodes.get(site);
    }

    String endpoints() {
        return nodes.values().stream().map(FakeNode::endpoint).collect(Collectors.joining(","));
    }

    /** A connected client. */
    HoldfastClient client(ClientOptions options) {
        HoldfastClient client = HoldfastClient.connect(endpoints(), options);
        for (String site : nodes.keySet()) {
            // Answered by a node of that site, so that every node is connected when the test begins.
            client.admin().status(site);
        }
        return client;
    }

    void leader(String site) {
        leaders.replaceAll((partition, old) -> site);
    }

    synchronized Response execute(Request request) {
        if (request.hasChooseTimestamp()) {
            return Response.newBuilder()
                    .setTimestamp(TimestampResult.newBuilder()
                            .setTimestamp(Math.max(
                                    version, request.getChooseTimestamp().getAtLeast())))
                    .build();
        }
        if (request.hasCommit()) {
            return transactions.commit(request.getCommit());
        }
        if (!keyspaces.containsKey(request.getKeyspace())) {
            return error(io.holdfast.v1.Reason.UNKNOWN_KEYSPACE);
        }
        return switch (request.getOpCase()) {
            case PUT ->
                write(request, request.getPut().getWriteId(), request.getPut().getKey());
            case DELETE ->
                write(
                        request,
                        request.getDelete().getWriteId(),
                        request.getDelete().getKey());
            case GET -> get(request.getGet());
            case PAGE -> transactions.page(request.getPage());
            case VALIDATE -> transactions.validate(request.getValidate());
            case COMMIT, CHOOSE_TIMESTAMP -> throw new IllegalStateException("answered before");
            case OUTCOME -> outcome(request.getOutcome().getWriteId());
            case OP_NOT_SET -> error(io.holdfast.v1.Reason.INVALID_REQUEST);
        };
    }

    static Response error(io.holdfast.v1.Reason reason) {
        return Response.newBuilder()
                .setError(Error.newBuilder().setReason(reason).setMessage("As the test wants it."))
                .build();
    }

    private static String name(io.holdfast.v1.WriteId id) {
        return id.getClient() + ":" + id.getSequence();
    }

    private Response write(Request request, io.holdfast.v1.WriteId id, ByteString key) {
        WriteResult result = outcomes.get(name(id));
        if (result == null) {
            var condition = request.hasPut()
                    ? request.getPut().getCondition()
                    : request.getDelete().getCondition();
            long found = data.containsKey(key) ? data.get(key).getVersion() : 0;
            boolean holds = !never.containsKey(name(id))
                    && switch (condition.getKindCase()) {
                        case ABSENT -> found == 0;
                        case PRESENT -> found != 0;
                        case VERSION -> found == condition.getVersion();
                        case KIND_NOT_SET -> true;
                    };
            if (holds) {
                applied++;
                version++;
                apply(request, key);
            }
            result = WriteResult.newBuilder()
                    .setApplied(holds)
                    .setVersion(holds ? version : found)
                    .build();
            outcomes.put(name(id), result);
        }
        return Response.newBuilder().setWrite(result).build();
    }

    private void apply(Request request, ByteString key) {
        if (request.hasPut()) {
            set(key, request.getPut().getValue(), version);
        } else {
            remove(key, version);
        }
    }

    private Response get(Get get) {
        long at = get.getAt() == 0 ? Long.MAX_VALUE : get.getAt();
        var found = history.getOrDefault(get.getKey(), new TreeMap<>()).floorEntry(at);
        GetResult.Builder result = GetResult.newBuilder();
        if (found != null && found.getValue().isPresent()) {
            KeyValue entry = found.getValue().get();
            result.setFound(true).setValue(entry.getValue()).setVersion(entry.getVersion());
        }
        if (get.getDated() || get.getAt() != 0) {
            result.setValidFrom(found == null ? 0 : found.getKey()).setValidUntil(Math.min(at, version));
        }
        return Response.newBuilder().setGet(result).build();
    }

    /** As a transaction writes it. */
    void set(ByteString key, ByteString value, long at) {
        version = at;
        KeyValue entry =
                KeyValue.newBuilder().setKey(key).setValue(value).setVersion(at).build();
        data.put(key, entry);
        history.computeIfAbsent(key, it -> new TreeMap<>()).put(at, Optional.of(entry));
    }

    void remove(ByteString key, long at) {
        version = at;
        data.remove(key);
        history.computeIfAbsent(key, it -> new TreeMap<>()).put(at, Optional.empty());
    }

    long nextVersion() {
        return version + 1;
    }

    long version() {
        return version;
    }

    TreeMap<ByteString, KeyValue> data() {
        return data;
    }

    private Response outcome(io.holdfast.v1.WriteId id) {
        if (transactions.knows(id)) {
            return transactions.outcome(id);
        }
        transactions.forbid(id);
        WriteResult known = outcomes.get(name(id));
        OutcomeResult.Builder result = OutcomeResult.newBuilder();
        if (known == null) {
            never.put(name(id), true);
            result.setState(OutcomeResult.State.NOT_APPLIED);
        } else {
            result.setState(OutcomeResult.State.FINISHED).setResult(known);
        }
        return Response.newBuilder().setOutcome(result).build();
    }

    synchronized ScanResponse scan(ScanRequest request) {
        ScanResponse.Builder part = ScanResponse.newBuilder();
        for (KeyValue entry : data.values()) {
            boolean wanted = entry.getKey().startsWith(request.getPrefix())
                    && (request.getAfter().isEmpty()
                            || ByteString.unsignedLexicographicalComparator()
                                            .compare(entry.getKey(), request.getAfter())
                                    > 0);
            if (wanted && (request.getLimit() == 0 || part.getEntriesCount() < request.getLimit())) {
                part.addEntries(request.getKeysOnly() ? entry.toBuilder().clearValue() : entry.toBuilder());
            }
        }
        return part.build();
    }

    Routes routes(String localSite) {
        Routes.Builder routes = Routes.newBuilder().setLocalSite(localSite);
        nodes.forEach((site, node) ->
                routes.addSites(SiteEndpoints.newBuilder().setSite(site).addEndpoints(node.endpoint())));
        keyspaces.values().stream().filter(it -> !untold.contains(it.getName())).forEach(keyspace -> {
            KeyspaceRoutes.Builder told = KeyspaceRoutes.newBuilder().setKeyspace(keyspace);
            for (int i = 0; i < keyspace.getPartitions(); i++) {
                told.addLeaders(leaders.getOrDefault(i, ""));
            }
            routes.addKeyspaces(told);
        });
        return routes.build();
    }

    /** The site that leads then: the one that was asked for, or else another one than before. */
    String transfer(TransferLeaderRequest request) {
        return leaders.compute(
                request.getPartition(),
                (partition, from) -> request.getToSite().isEmpty()
                        ? nodes.keySet().stream()
                                .filter(site -> !site.equals(from))
                                .findFirst()
                                .orElseThrow()
                        : request.getToSite());
    }

    ListKeyspacesResponse list() {
        boolean behind = listsBehind.getAndDecrement() > 0;
        return ListKeyspacesResponse.newBuilder()
                .addAllKeyspaces(behind ? List.of(keyspaces.get("shop")) : keyspaces.values())
                .build();
    }

    void create(CreateKeyspaceRequest request, StreamObserver<io.holdfast.v1.Keyspace> out) {
        io.holdfast.v1.Keyspace created = keyspace(request.getName(), Math.max(1, request.getPartitions()));
        if (keyspaces.putIfAbsent(request.getName(), created) != null) {
            out.onError(refusal(Status.ALREADY_EXISTS, io.holdfast.v1.Reason.KEYSPACE_EXISTS, "There is one."));
        } else {
            out.onNext(created);
            out.onCompleted();
        }
    }

    static StatusRuntimeException refusal(Status status, io.holdfast.v1.Reason reason, String message) {
        Metadata trailers = new Metadata();
        trailers.put(
                Errors.TRAILER,
                Error.newBuilder().setReason(reason).setMessage(message).build());
        return status.asRuntimeException(trailers);
    }

    @Override
    public void close() {
        nodes.values().forEach(FakeNode::close);
    }
}
