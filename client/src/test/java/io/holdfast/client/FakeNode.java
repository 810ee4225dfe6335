package io.holdfast.client;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.ListKeyspacesResponse;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.Routes;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.StoreGrpc;
import io.holdfast.v1.TransferLeaderRequest;
import io.holdfast.v1.TransferLeaderResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** One node of a {@link FakeCluster}: a real gRPC server on the loopback, whose answers a test can bend. */
final class FakeNode implements AutoCloseable {
    /** What to do with one request of a stream. */
    interface Handler {
        void handle(Request request, Consumer<Response> reply);
    }

    final String site;
    final FakeCluster cluster;
    /** Every batch received, in order. */
    final List<RequestBatch> batches = new CopyOnWriteArrayList<>();

    final List<StreamObserver<ResponseBatch>> sessions = new CopyOnWriteArrayList<>();
    volatile Handler handler;
    volatile BiConsumer<ScanRequest, ServerCallStreamObserver<ScanResponse>> scanner;
    /** Answers no administrative call either, as a stopped process would. */
    volatile boolean mute;

    private final Server server;
    private final int port;

    FakeNode(String site, FakeCluster cluster) {
        this.site = site;
        this.cluster = cluster;
        this.handler = (request, reply) -> reply.accept(cluster.execute(request));
        this.scanner = (request, out) -> {
            out.onNext(cluster.scan(request));
            out.onCompleted();
        };
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .directExecutor()
                    // A largest transaction fits, as at a node.
                    .maxInboundMessageSize(12 << 20)
                    .addService(new Store())
                    .addService(new AdminService())
                    .build()
                    .start();
            port = server.getPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    String endpoint() {
        return "127.0.0.1:" + port;
    }

    List<Request> requests() {
        return batches.stream()
                .flatMap(batch -> batch.getRequestsList().stream())
                .toList();
    }

    void breakStreams() {
        sessions.forEach(session -> session.onError(Status.UNAVAILABLE.asRuntimeException()));
        sessions.clear();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Store extends StoreGrpc.StoreImplBase {
        @Override
        public StreamObserver<RequestBatch> session(StreamObserver<ResponseBatch> out) {
            sessions.add(out);
            return new StreamObserver<>() {
                @Override
                public void onNext(RequestBatch batch) {
                    batches.add(batch);
                    for (Request request : batch.getRequestsList()) {
                        handler.handle(request, response -> send(out, request, response));
                    }
                }

                @Override
                public void onError(Throwable error) {
                    sessions.remove(out);
                }

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }

        private void send(StreamObserver<ResponseBatch> out, Request request, Response response) {
            // A broken stream takes no answers any more.
            synchronized (out) {
                if (!sessions.contains(out)) {
                    return;
                }
                out.onNext(ResponseBatch.newBuilder()
                        .addResponses(response.toBuilder().setId(request.getId()))
                        .build());
            }
        }

        @Override
        public void scan(ScanRequest request, StreamObserver<ScanResponse> out) {
            scanner.accept(request, (ServerCallStreamObserver<ScanResponse>) out);
        }
    }

    private final class AdminService extends AdminGrpc.AdminImplBase {
        private <T> void answer(StreamObserver<T> out, T value) {
            if (!mute) {
                out.onNext(value);
                out.onCompleted();
            }
        }

        @Override
        public void getRoutes(GetRoutesRequest request, StreamObserver<Routes> out) {
            answer(out, cluster.routes(site));
        }

        @Override
        public void createKeyspace(CreateKeyspaceRequest request, StreamObserver<io.holdfast.v1.Keyspace> out) {
            if (cluster.refusedCreations.getAndDecrement() > 0) {
                out.onError(FakeCluster.refusal(Status.UNAVAILABLE, io.holdfast.v1.Reason.NOT_READY, "It starts."));
            } else if (cluster.lostCreations.getAndDecrement() > 0) {
                cluster.keyspaces.put(
                        request.getName(), FakeCluster.keyspace(request.getName(), request.getPartitions()));
                out.onError(io.grpc.Status.UNAVAILABLE.asRuntimeException());
            } else {
                cluster.create(request, out);
            }
        }

        @Override
        public void listKeyspaces(ListKeyspacesRequest request, StreamObserver<ListKeyspacesResponse> out) {
            answer(out, cluster.list());
        }

        @Override
        public void getStatus(GetStatusRequest request, StreamObserver<io.holdfast.v1.Status> out) {
            answer(out, io.holdfast.v1.Status.newBuilder().setLocalSite(site).build());
        }

        @Override
        public void transferLeader(TransferLeaderRequest request, StreamObserver<TransferLeaderResponse> out) {
            if (cluster.refusedTransfers.getAndDecrement() > 0) {
                out.onError(FakeCluster.refusal(Status.UNAVAILABLE, io.holdfast.v1.Reason.SHUTTING_DOWN, "It stops."));
                return;
            }
            String leader = cluster.transfer(request);
            if (cluster.lostTransfers.getAndDecrement() > 0) {
                out.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
                answer(
                        out,
                        TransferLeaderResponse.newBuilder()
                                .setLeaderSite(leader)
                                .build());
            }
        }
    }
}
