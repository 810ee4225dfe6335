package io.holdfast.client;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.holdfast.client.internal.Errors;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.Error;
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
import io.holdfast.v1.WriteResult;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A cluster in memory: one map, write ids with outcomes, and a node a site. What the client must cope with is bent in. */
final class FakeCluster implements AutoCloseable {
    static final int PARTITIONS = 4;

    final Map<String, FakeNode> nodes = new LinkedHashMap<>();
    final Map<Integer, String> leaders = new ConcurrentHashMap<>();
    final Map<String, io.holdfast.v1.Keyspace> keyspaces = new ConcurrentHashMap<>();
    private final TreeMap<ByteString, KeyValue> data = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final Map<String, WriteResult> outcomes = new HashMap<>();
    private final Map<String, Boolean> never = new HashMap<>();
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
            case GET -> get(request.getGet().getKey());
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
            data.put(
                    key,
                    KeyValue.newBuilder()
                            .setKey(key)
                            .setValue(request.getPut().getValue())
                            .setVersion(version)
                            .build());
        } else {
            data.remove(key);
        }
    }

    private Response get(ByteString key) {
        KeyValue found = data.get(key);
        GetResult.Builder result = GetResult.newBuilder().setFound(found != null);
        if (found != null) {
            result.setValue(found.getValue()).setVersion(found.getVersion());
        }
        return Response.newBuilder().setGet(result).build();
    }

    private Response outcome(io.holdfast.v1.WriteId id) {
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
        keyspaces.values().forEach(keyspace -> {
            KeyspaceRoutes.Builder told = KeyspaceRoutes.newBuilder().setKeyspace(keyspace);
            for (int i = 0; i < keyspace.getPartitions(); i++) {
                told.addLeaders(leaders.getOrDefault(i, ""));
            }
            routes.addKeyspaces(told);
        });
        return routes.build();
    }

    ListKeyspacesResponse list() {
        return ListKeyspacesResponse.newBuilder()
                .addAllKeyspaces(keyspaces.values())
                .build();
    }

    void create(CreateKeyspaceRequest request, StreamObserver<io.holdfast.v1.Keyspace> out) {
        io.holdfast.v1.Keyspace created = keyspace(request.getName(), Math.max(1, request.getPartitions()));
        if (keyspaces.putIfAbsent(request.getName(), created) != null) {
            Metadata trailers = new Metadata();
            trailers.put(
                    Errors.TRAILER,
                    Error.newBuilder()
                            .setReason(io.holdfast.v1.Reason.KEYSPACE_EXISTS)
                            .setMessage("There is one.")
                            .build());
            out.onError(Status.ALREADY_EXISTS.asRuntimeException(trailers));
        } else {
            out.onNext(created);
            out.onCompleted();
        }
    }

    @Override
    public void close() {
        nodes.values().forEach(FakeNode::close);
    }
}
