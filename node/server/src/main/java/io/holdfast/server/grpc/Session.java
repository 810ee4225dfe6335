package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.server.gateway.Answer;
import io.holdfast.server.gateway.Caller;
import io.holdfast.server.gateway.Drain;
import io.holdfast.server.gateway.Operation;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of requests and responses. What is answered while the stream is busy goes out together, as soon as it takes more.
 *
 * <p>Flow control: the next batch of requests is asked for only while fewer than {@link #READ_BELOW} requests have neither been
 * answered nor handed to the network, and while {@link RequestMemory} allows. A client that does not read its responses is
 * therefore soon not read from either, and what it costs in memory is bounded.
 */
final class Session implements StreamObserver<RequestBatch>, Caller {
    /** More are read while fewer than these are under way. */
    static final int READ_BELOW = 4096;
    /** A single batch may not bring more than this on top; the rest of it is refused. */
    static final int REFUSE_ABOVE = 16_384;
    /** Nobody sends so many by mistake that they could not be under way: each would still cost an answer, so the stream ends. */
    static final int MAX_BATCH_REQUESTS = 2 * REFUSE_ABOVE;
    /** A message of responses is closed beyond this, well below what clients accept. */
    static final int BATCH_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** What the session needs of its node. */
    interface Host {
        /** The response to a request that needs no partition. @throws Problem as the next one */
        Optional<Response> immediate(Request request);

        /** @throws Problem if the request is wrong, or the node cannot take it now */
        Operation operation(Request request);

        /** Only after {@link #operation} made the operations. */
        void submit(List<Operation> operations, Caller caller);

        void ended(Session session);
    }

    private final ServerCallStreamObserver<ResponseBatch> out;
    private final Host host;
    private final RequestMemory memory;
    private final ConcurrentLinkedQueue<Response> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong requestBytes = new AtomicLong();
    private final AtomicLong answerBytes = new AtomicLong();
    private final Drain drain = new Drain(this::send);
    /** When there is memory again; one and the same for the session's life. */
    private final Runnable resume = drain::run;

    private volatile boolean halfClosed;
    private volatile boolean closing;
    private volatile boolean gone;
    /** What the client has done that ends the stream at once. */
    private volatile Optional<Problem> fault = Optional.empty();
    // The drain's own.
    private boolean ended;
    private int requested = 1;
    // Written by gRPC's thread, read by the drain.
    private volatile int batches;

    Session(ServerCallStreamObserver<ResponseBatch> out, Host host, RequestMemory memory) {
        this.out = out;
        this.host = host;
        this.memory = memory;
        out.disableAutoRequest();
        out.setOnReadyHandler(drain::run);
        out.setOnCancelHandler(this::cancelled);
    }

    /** Takes the first batch; to be called when gRPC knows this observer. */
    void begin() {
        out.request(1);
    }

    /** Answers what is under way, then ends the stream, so that the client goes elsewhere. */
    void close() {
        closing = true;
        drain.run();
    }

    @Override
    public void onNext(RequestBatch batch) {
        if (batch.getRequestsCount() > MAX_BATCH_REQUESTS) {
            fault = Optional.of(new Problem(
                    Reason.INVALID_REQUEST,
                    "The batch has " + batch.getRequestsCount() + " requests, and at most " + MAX_BATCH_REQUESTS
                            + " are allowed: send smaller ones."));
            drain.run();
            return;
        }
        var operations = new ArrayList<Operation>(batch.getRequestsCount());
        int number = underWay.getAndAdd(batch.getRequestsCount());
        long bytes = 0;
        for (Request request : batch.getRequestsList()) {
            try {
                // Those that were refused or answered at once count as well: their answers wait here, too.
                refuseIfTooMuch(number++);
                Optional<Response> immediate = host.immediate(request);
                if (immediate.isPresent()) {
                    keep(immediate.get());
                } else {
                    Operation operation = host.operation(request);
                    bytes += operation.size();
                    operations.add(operation);
                }
            } catch (Problem problem) {
                keep(Responses.failed(request.getId(), problem));
            } catch (RuntimeException e) {
                LOG.error("A request of keyspace '{}' could not be read", request.getKeyspace(), e);
                keep(Responses.failed(request.getId(), Problem.internal()));
            }
        }
        if (!operations.isEmpty()) {
            holdRequests(bytes);
            submit(operations, bytes);
        }
        batches++;
        drain.run();
    }

    private void submit(List<Operation> operations, long bytes) {
        try {
            host.submit(operations, this);
        } catch (RuntimeException e) {
            holdRequests(-bytes);
            throw e;
        }
    }

    private void refuseIfTooMuch(int requests) {
        if (requests >= REFUSE_ABOVE) {
            throw new Problem(
                    Reason.OVERLOADED,
                    "The stream has " + REFUSE_ABOVE + " requests under way, its limit: retry with the same"
                            + " write id when some are answered.");
        }
        memory.refuseIfFull();
    }

    private void holdRequests(long more) {
        requestBytes.addAndGet(more);
        memory.requests(more);
    }

    @Override
    public void answered(String leaderSite, List<Answer> answers) {
        long bytes = 0;
        for (Answer answer : answers) {
            bytes += answer.operation().size();
        }
        holdRequests(-bytes);
        if (gone) {
            return;
        }
        var responses = new ArrayList<Response>(answers.size());
        answers.forEach(answer -> responses.add(Responses.of(leaderSite, answer)));
        long others = 0;
        for (int i = 0; i < responses.size(); i++) {
            Response response = responses.get(i);
            int size = response.getSerializedSize();
            if (answers.get(i).operation() instanceof Operation.Read && RequestMemory.isLarge(size)) {
                responses.set(i, heldOrRefused(response));
            } else {
                others += size;
            }
        }
        holdAnswers(others);
        // In one piece, which the queue appends at once: another thread that sends meanwhile would tear it into more
        // messages.
        ready.addAll(responses);
        drain.run();
    }

    /** Held at once: other partitions answer meanwhile, each on a thread of its own, and all together must keep to the limit. */
    private Response heldOrRefused(Response large) {
        if (memory.holdAnswer(large.getSerializedSize(), answerBytes)) {
            return large;
        }
        Response refused = Responses.failed(large.getId(), RequestMemory.noRoomForAnswer());
        holdAnswers(refused.getSerializedSize());
        return refused;
    }

    private void keep(Response response) {
        holdAnswers(response.getSerializedSize());
        ready.add(response);
    }

    private void holdAnswers(long more) {
        answerBytes.addAndGet(more);
        memory.answers(more);
    }

    /** The next response, which then belongs to the caller; null if there is none. */
    private Response take() {
        Response next = ready.poll();
        if (next != null) {
            holdAnswers(-next.getSerializedSize());
        }
        return next;
    }

    private void discard() {
        for (Response next = take(); next != null; next = take()) {}
    }

    @Override
    public void onError(Throwable broken) {
        cancelled();
    }

    @Override
    public void onCompleted() {
        halfClosed = true;
        drain.run();
    }

    private void cancelled() {
        gone = true;
        memory.forget(resume);
        discard();
        host.ended(this);
    }

    private void send() {
        try {
            sendReady();
        } catch (RuntimeException e) {
            // Left to the caller it would be a replica's answer or gRPC's thread that fails; it is this stream alone.
            LOG.warn("A session ends, because its responses could not be sent", e);
            cancelled();
            out.onError(Problem.internal().toStatus());
        }
    }

    private void sendReady() {
        if (gone || ended) {
            discard();
            return;
        }
        if (fault.isPresent()) {
            cancelled();
            out.onError(fault.get().toStatus());
            return;
        }
        while (out.isReady() && !ready.isEmpty()) {
            sendBatch();
        }
        boolean idle = underWay.get() == 0 && ready.isEmpty();
        if (idle && (halfClosed || closing)) {
            end();
        } else if (!closing && !halfClosed && batches == requested && mayRead()) {
            requested++;
            out.request(1);
        }
    }

    private boolean mayRead() {
        return underWay.get() < READ_BELOW && memory.mayRead(requestBytes.get(), resume);
    }

    private void sendBatch() {
        ResponseBatch.Builder batch = ResponseBatch.newBuilder();
        int bytes = 0;
        int count = 0;
        for (Response next = ready.peek(); next != null; next = ready.peek()) {
            int size = next.getSerializedSize() + 8;
            if (count > 0 && bytes + size > BATCH_BYTES) {
                break;
            }
            bytes += size;
            count++;
            Response taken = take();
            if (taken == null) {
                // The client has gone meanwhile, and with it what was here for it.
                return;
            }
            batch.addResponses(taken);
        }
        out.onNext(batch.build());
        underWay.addAndGet(-count);
    }

    private void end() {
        ended = true;
        memory.forget(resume);
        if (halfClosed) {
            out.onCompleted();
        } else {
            out.onError(Problem.shuttingDown().toStatus());
        }
        host.ended(this);
    }
}
