package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the large answer to a unary call takes until its last byte is with the network, or its client has gone. A connection carries
 * a thousand such calls, and gRPC keeps all their answers for a client that does not read. Thread-safe.
 */
final class AnswerRoom {
    private final RequestMemory memory;
    private final AtomicLong ofAllCalls;
    private long held;
    private boolean over;

    private AnswerRoom(RequestMemory memory, AtomicLong ofAllCalls) {
        this.memory = memory;
        this.ofAllCalls = ofAllCalls;
    }

    /**
     * For one call; to be called before the service's method returns.
     *
     * @param ofAllCalls what the answers to unary calls hold together
     */
    static AnswerRoom of(ServerCallStreamObserver<?> call, RequestMemory memory, AtomicLong ofAllCalls) {
        var room = new AnswerRoom(memory, ofAllCalls);
        call.setOnCancelHandler(room::end);
        call.setOnCloseHandler(room::end);
        return room;
    }

    /** Counts the answer until the call is over. @return whether there was room for it */
    synchronized boolean take(long bytes) {
        if (over) {
            // Nobody gets it any more, so that nothing keeps it.
            return true;
        }
        boolean room = memory.holdAnswer(bytes, ofAllCalls);
        held = room ? bytes : 0;
        return room;
    }

    private synchronized void end() {
        over = true;
        ofAllCalls.addAndGet(-held);
        memory.answers(-held);
        held = 0;
    }
}
