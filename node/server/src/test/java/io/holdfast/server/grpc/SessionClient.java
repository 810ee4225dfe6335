package io.holdfast.server.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.StoreGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A client of the Session stream that reads as much as it is told to. */
final class SessionClient implements ClientResponseObserver<RequestBatch, ResponseBatch> {
    final Map<Long, Response> responses = new ConcurrentHashMap<>();
    final AtomicInteger batches = new AtomicInteger();
    final CompletableFuture<Status> end = new CompletableFuture<>();
    private final boolean manual;
    private ClientCallStreamObserver<RequestBatch> out;

    SessionClient(ManagedChannel channel) {
        this(channel, false);
    }

    /** @param manual whether it reads only what {@link #read} asks for */
    SessionClient(ManagedChannel channel, boolean manual) {
        this.manual = manual;
        StoreGrpc.newStub(channel).session(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<RequestBatch> stream) {
        out = stream;
        if (manual) {
            stream.disableAutoRequestWithInitial(0);
        }
    }

    void read(int batchCount) {
        out.request(batchCount);
    }

    boolean maySend() {
        return out.isReady();
    }

    void send(Request... requests) {
        out.onNext(RequestBatch.newBuilder().addAllRequests(List.of(requests)).build());
    }

    void send(List<Request> requests) {
        out.onNext(RequestBatch.newBuilder().addAllRequests(requests).build());
    }

    Map<Long, Response> await(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> responses.size() >= count);
        return responses;
    }

    /** Says that it sends no more, and answers how the stream ended. */
    Status finish() {
        out.onCompleted();
        return ended();
    }

    Status ended() {
        return end.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void onNext(ResponseBatch batch) {
        batches.incrementAndGet();
        batch.getResponsesList().forEach(response -> responses.put(response.getId(), response));
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(((StatusRuntimeException) failure).getStatus());
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
