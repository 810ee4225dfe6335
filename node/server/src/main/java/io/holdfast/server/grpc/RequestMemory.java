package io.holdfast.server.grpc;

import io.holdfast.v1.Reason;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that clients' requests and the answers to them take of this node's heap, of all connections together. Clients are many, and a request may
 * be 8 MiB: a bound on their number alone would let a few hundred large ones take the heap from the data. Thread-safe.
 *
 * <p>What is over the bound waits at its client: it is not read from the network. What was read all the same is refused.
 */
final class RequestMemory {
    /** A session that holds less is read from whatever others hold, so that few large requests do not keep small ones waiting. */
    static final int FREE_BYTES = 64 << 10;
    /** Smaller answers are given whatever is held: their number is bounded by that of the requests. */
    static final int SMALL_ANSWER_BYTES = 16 << 10;

    private final long requestBytes;
    private final long answerBytes;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answers = new AtomicLong();

    /**
     * @param requestBytes beyond it only sessions that hold little are read from, and beyond twice as much all is refused
     * @param answerBytes beyond it large answers to reads are not given
     */
    RequestMemory(long requestBytes, long answerBytes) {
        this.requestBytes = requestBytes;
        this.answerBytes = answerBytes;
    }

    /** More of it has come, or, below 0, has been answered. */
    void requests(long more) {
        requests.addAndGet(more);
    }

    /** More of them wait for the network, or, below 0, have gone. */
    void answers(long more) {
        answers.addAndGet(more);
    }

    /** Whether a session that holds so much may be read from. */
    boolean mayRead(long held) {
        return held < FREE_BYTES || requests.get() < requestBytes;
    }

    /** @throws Problem if requests take more than can be allowed */
    void refuseIfFull() {
        if (requests.get() >= 2 * requestBytes) {
            throw new Problem(
                    Reason.OVERLOADED,
                    "The requests under way at this node take " + (requests.get() >> 20)
                            + " MiB, twice what they may, and it"
                            + " took nothing of this one: retry with the same write id after a pause.");
        }
    }

    /**
     * Whether the answer to a read can be kept until its client takes it.
     *
     * @param bytes its size
     * @param besides what the same client is about to get with it
     */
    boolean mayAnswer(long bytes, long besides) {
        return bytes < SMALL_ANSWER_BYTES || answers.get() + besides < answerBytes;
    }

    static Problem noRoomForAnswer() {
        return new Problem(
                Reason.OVERLOADED,
                "The answers that wait at this node for their clients to read them take all the memory that they may: read what"
                        + " was asked for, and retry after a pause.");
    }
}
