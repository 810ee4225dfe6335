package io.holdfast.server.cli;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.Error;
import io.holdfast.v1.GetResult;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.Keyspace;
import io.holdfast.v1.KeyspaceRoutes;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.ListKeyspacesResponse;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.Routes;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.SiteEndpoints;
import io.holdfast.v1.Status;
import io.holdfast.v1.StoreGrpc;
import io.holdfast.v1.WriteResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A node with a keyspace in memory, behind a real port: enough of one for the commands that only need the SDK. */
public final class FakeNode implements AutoCloseable {
    public final Map<String, Keyspace> keyspaces = new ConcurrentHashMap<>();
    volatile Status status = Status.getDefaultInstance();

    private final TreeMap<ByteString, KeyValue> data = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final Server server;
    private long version;

    public FakeNode() {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .directExecutor()
                    .addService(new Store())
                    .addService(new Admin())
                    .build()
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    public FakeNode with(String keyspace) {
        keyspaces.put(
                keyspace,
                Keyspace.newBuilder()
                        .setName(keyspace)
                        .setPartitions(2)
                        .setTolerates(1)
                        .setHistoryMillis(5000)
                        .addSites("a")
                        .build());
        return this;
    }

    public synchronized int size() {
        return data.size();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private synchronized Response outcome(Request request) {
        Response.Builder response = Response.newBuilder().setId(request.getId()).setLeaderSite("a");
        if (!keyspaces.containsKey(request.getKeyspace())) {
            return response.setError(Error.newBuilder()
                            .setReason(Reason.UNKNOWN_KEYSPACE)
                            .setMessage("There is no such keyspace."))
                    .build();
        }
        if (request.hasGet()) {
            KeyValue found = data.get(request.getGet().getKey());
            return response.setGet(
                            found == null
                                    ? GetResult.getDefaultInstance()
                                    : GetResult.newBuilder()
                                            .setFound(true)
                                            .setValue(found.getValue())
                                            .setVersion(found.getVersion())
                                            .build())
                    .build();
        }
        return response.setWrite(request.hasPut() ? put(request) : delete(request))
                .build();
    }

    private WriteResult put(Request request) {
        ByteString key = request.getPut().getKey();
        if (request.getPut().getCondition().getAbsent() && data.containsKey(key)) {
            return WriteResult.newBuilder()
                    .setVersion(data.get(key).getVersion())
                    .build();
        }
        version++;
        data.put(
                key,
                KeyValue.newBuilder()
                        .setKey(key)
                        .setValue(request.getPut().getValue())
                        .setVersion(version)
                        .build());
        return WriteResult.newBuilder().setApplied(true).setVersion(version).build();
    }

    private WriteResult delete(Request request) {
        KeyValue gone = data.remove(request.getDelete().getKey());
        return WriteResult.newBuilder()
                .setApplied(true)
                .setVersion(gone == null ? 0 : ++version)
                .build();
    }

    private final class Store extends StoreGrpc.StoreImplBase {
        @Override
        public StreamObserver<RequestBatch> session(StreamObserver<ResponseBatch> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(RequestBatch batch) {
                    ResponseBatch.Builder answers = ResponseBatch.newBuilder();
                    batch.getRequestsList().forEach(request -> answers.addResponses(outcome(request)));
                    out.onNext(answers.build());
                }

                @Override
                public void onError(Throwable gone) {
                    // The client has ended.
                }

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }

        @Override
        public void scan(ScanRequest request, StreamObserver<ScanResponse> out) {
            ScanResponse.Builder part = ScanResponse.newBuilder();
            synchronized (FakeNode.this) {
                data.tailMap(request.getAfter(), false).values().stream()
                        .filter(entry -> entry.getKey().startsWith(request.getPrefix()))
                        .limit(request.getLimit() == 0 ? Long.MAX_VALUE : request.getLimit())
                        .forEach(part::addEntries);
            }
            out.onNext(part.build());
            out.onCompleted();
        }
    }

    private final class Admin extends AdminGrpc.AdminImplBase {
        private <T> void answer(StreamObserver<T> out, T value) {
            out.onNext(value);
            out.onCompleted();
        }

        @Override
        public void getRoutes(GetRoutesRequest request, StreamObserver<Routes> out) {
            Routes.Builder routes = Routes.newBuilder().setLocalSite("a");
            routes.addSites(SiteEndpoints.newBuilder().setSite("a").addEndpoints(endpoint()));
            keyspaces
                    .values()
                    .forEach(each -> routes.addKeyspaces(KeyspaceRoutes.newBuilder()
                            .setKeyspace(each)
                            .addLeaders("a")
                            .addLeaders("a")));
            answer(out, routes.build());
        }

        @Override
        public void createKeyspace(CreateKeyspaceRequest request, StreamObserver<Keyspace> out) {
            with(request.getName());
            answer(out, keyspaces.get(request.getName()));
        }

        @Override
        public void listKeyspaces(ListKeyspacesRequest request, StreamObserver<ListKeyspacesResponse> out) {
            answer(
                    out,
                    ListKeyspacesResponse.newBuilder()
                            .addAllKeyspaces(new TreeMap<>(keyspaces).values())
                            .build());
        }

        @Override
        public void getStatus(GetStatusRequest request, StreamObserver<Status> out) {
            answer(out, status);
        }
    }
}
