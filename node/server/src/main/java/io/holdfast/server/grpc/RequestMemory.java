package io.holdfast.server.grpc;

import io.holdfast.v1.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The bytes that clients' requests and the answers to them take of this node's heap, of all connections together. Clients are many, and a request may
 * be 8 MiB: a bound on their number alone would let a few hundred large ones take the heap from the data. Thread-safe.
 *
 * <p>What is over the bound waits at its client: it is not read from the network. What was read all the same is refused.
 */
final class RequestMemory {
    /** A session that holds less is read from whatever others hold, so that few large requests do not keep small ones waiting. */
    private static final int FREE_BYTES = 64 << 10;
    /** A session that holds a smaller part in answers is given what it asks for while others hold all, up to twice as much together. */
    private static final int FREE_ANSWER_PART = 16;
    /** What a session reads at a time, more or less. */
    private static final int READ_BYTES = 256 << 10;
    /** Smaller answers are given whatever is held: their number is bounded by that of the requests. */
    private static final int SMALL_ANSWER_BYTES = 16 << 10;

    private final long requestBytes;
    private final long answerBytes;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicReference<Object> exceeding = new AtomicReference<>();
    /** How those go on that may not be read from. */
    private final Set<Runnable> heldBack = ConcurrentHashMap.newKeySet();

    /**
     * @param requestBytes beyond it only sessions that hold little are read from, and beyond twice as much all is refused
     * @param answerBytes beyond it large answers to reads, and pages of scans, are not given
     */
    RequestMemory(long requestBytes, long answerBytes) {
        this.requestBytes = requestBytes;
        this.answerBytes = answerBytes;
    }

    long requestsHeld() {
        return requests.get();
    }

    long answersHeld() {
        return answers.get();
    }

    /** More of it has come, or, below 0, has been answered. */
    void requests(long more) {
        long now = requests.addAndGet(more);
        if (more < 0 && now < requestBytes && !heldBack.isEmpty()) {
            resume(now);
        }
    }

    /** As many as there is room for, or all would read at once what none could before. */
    private void resume(long now) {
        long room = 1 + (requestBytes - now) / READ_BYTES;
        for (Runnable session : heldBack) {
            if (room == 0) {
                return;
            }
            if (heldBack.remove(session)) {
                room--;
                session.run();
            }
        }
    }

    /** More of them wait for the network, or, below 0, have gone. */
    void answers(long more) {
        answers.addAndGet(more);
    }

    /**
     * Whether a session may be read from.
     *
     * @param held what it holds
     * @param resume is called once when it may be tried again, if it may not; on any thread
     */
    boolean mayRead(long held, Runnable resume) {
        if (held < FREE_BYTES || requests.get() < requestBytes) {
            forget(resume);
            return true;
        }
        heldBack.add(resume);
        // What was answered meanwhile found nobody to call.
        return requests.get() < requestBytes && heldBack.remove(resume);
    }

    /** It will not read any more. */
    void forget(Runnable resume) {
        if (!heldBack.isEmpty()) {
            heldBack.remove(resume);
        }
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

    /** Whether there must be room for an answer of so many bytes before it is given. */
    static boolean isLarge(long bytes) {
        return bytes >= SMALL_ANSWER_BYTES;
    }

    /**
     * Counts a large answer, or a page of a scan, as one that waits for its client, if there is room for it. To look and to count is one
     * step: several partitions answer the same session at the same time.
     *
     * @param bytes its size
     * @param held what the same session, the same scan, or all unary calls hold in answers already
     * @return whether there was, and it is counted here and in {@code held}
     */
    synchronized boolean holdAnswer(long bytes, AtomicLong held) {
        long all = answers.get();
        long own = held.get();
        boolean room =
                all < answerBytes && own < answerBytes || own < answerBytes / FREE_ANSWER_PART && all < 2 * answerBytes;
        if (room) {
            held.addAndGet(bytes);
            answers.addAndGet(bytes);
        }
        return room;
    }

    /**
     * Whether a scan may hold what there is no room for: one at a time may, until {@link #exceedsNoMore}. The smallest key of a scan is known only when each
     * partition has shown its first ones, so one whose first pages take more than all answers may would begin again for ever.
     */
    boolean mayExceed(Object scan) {
        return exceeding.get() == scan || exceeding.compareAndSet(null, scan);
    }

    void exceedsNoMore(Object scan) {
        exceeding.compareAndSet(scan, null);
    }

    /** @throws Problem if nobody is given a large answer, whatever he holds himself */
    void refuseIfAnswersFull() {
        if (answers.get() >= 2 * answerBytes) {
            throw noRoomForAnswer();
        }
    }

    static Problem noRoomForAnswer() {
        return new Problem(
                Reason.OVERLOADED,
                "The answers that wait at this node for their clients to read them take all the memory that they may: read what"
                        + " was asked for, and retry after a pause.");
    }
}
