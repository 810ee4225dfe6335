package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.server.gateway.Caller;
import io.holdfast.server.gateway.Operation;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.StoreGrpc;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The data operations. */
final class StoreService extends StoreGrpc.StoreImplBase implements Session.Host {
    /** Each holds some pages in memory while its caller reads. */
    static final int MAX_SCANS = 64;

    private final NodeGate gate;
    private final RequestMemory memory;
    private final Duration scanPatience;
    private final AtomicLong unaryAnswerBytes = new AtomicLong();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Set<ScanCall> scans = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    StoreService(NodeGate gate, RequestMemory memory, Duration scanPatience) {
        this.gate = gate;
        this.memory = memory;
        this.scanPatience = scanPatience;
    }

    @Override
    public StreamObserver<RequestBatch> session(StreamObserver<ResponseBatch> out) {
        var session = new Session((ServerCallStreamObserver<ResponseBatch>) out, this, memory);
        sessions.add(session);
        session.begin();
        // One that was opened on an old connection while the node stops would hold the stop up until its time is over.
        if (closing) {
            session.close();
        }
        return session;
    }

    /** Ends all sessions, each as soon as it owes no answer. New requests are refused by the gate. */
    void closeSessions() {
        closing = true;
        sessions.forEach(Session::close);
    }

    @Override
    public Optional<Response> immediate(Request request) {
        return gate.backend().requests().immediate(request);
    }

    @Override
    public Operation operation(Request request) {
        return gate.backend().requests().operation(request);
    }

    @Override
    public void submit(List<Operation> operations, Caller caller) {
        gate.readyBackend().gateway().submit(operations, caller);
    }

    @Override
    public void ended(Session session) {
        sessions.remove(session);
    }

    @Override
    public void execute(Request request, StreamObserver<Response> out) {
        gate.call(out, backend -> {
            Optional<Response> immediate = backend.requests().immediate(request);
            if (immediate.isPresent()) {
                out.onNext(immediate.get());
                out.onCompleted();
                return;
            }
            memory.refuseIfFull();
            var room = AnswerRoom.of((ServerCallStreamObserver<Response>) out, memory, unaryAnswerBytes);
            Operation operation = backend.requests().operation(request);
            memory.requests(operation.size());
            submit(backend, operation, (leader, answers) -> {
                memory.requests(-operation.size());
                answer(Responses.of(leader, answers.get(0)), operation, room, out);
            });
        });
    }

    private static void answer(Response response, Operation operation, AnswerRoom room, StreamObserver<Response> out) {
        long size = response.getSerializedSize();
        boolean large = operation instanceof Operation.Read && RequestMemory.isLarge(size);
        if (response.hasError()) {
            out.onError(Problem.statusOf(response.getError()));
        } else if (large && !room.take(size)) {
            out.onError(RequestMemory.noRoomForAnswer().toStatus());
        } else {
            out.onNext(response);
            out.onCompleted();
        }
    }

    private void submit(Backend backend, Operation operation, Caller caller) {
        try {
            backend.gateway().submit(List.of(operation), caller);
        } catch (RuntimeException e) {
            memory.requests(-operation.size());
            throw e;
        }
    }

    @Override
    public void scan(ScanRequest request, StreamObserver<ScanResponse> out) {
        gate.call(out, backend -> {
            ScanPlan plan = ScanPlan.of(request, backend.keyspaces());
            memory.refuseIfAnswersFull();
            var call = new ScanCall(
                    plan, backend, (ServerCallStreamObserver<ScanResponse>) out, memory, scanPatience, scans::remove);
            admit(call);
            call.begin();
        });
    }

    /** If there is no place left, the scan gets that of the one that has been forgotten for the longest time. */
    private synchronized void admit(ScanCall call) {
        if (scans.size() >= MAX_SCANS) {
            scans.stream()
                    .filter(ScanCall::isForgotten)
                    .min(Comparator.comparingLong(ScanCall::sentNanos))
                    .ifPresent(ScanCall::giveUp);
        }
        if (scans.size() >= MAX_SCANS) {
            throw new Problem(
                    Reason.OVERLOADED,
                    "This node serves " + MAX_SCANS + " scans, its limit: retry after a pause, or at another node.");
        }
        scans.add(call);
    }
}
