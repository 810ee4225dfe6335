package io.holdfast.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.internal.Gathering.Kind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Gathering gathering = new Gathering();
    private long now = 100 * SECOND;

    private void answered(Kind kind, long took, int times) {
        for (int i = 0; i < times; i++) {
            gathering.answered(kind, took, ++now);
        }
    }

    /** Requests that take 3 ms of an idle node and 8 ms now. */
    private void queues() {
        answered(Kind.WRITE, 3 * MILLI, 1);
        answered(Kind.WRITE, 8 * MILLI, 500);
    }

    private long left(int waiting, int underWay) {
        return gathering.left(waiting, underWay, now);
    }

    @Test
    void withNothingUnderWayARequestGoesAtOnce() {
        queues();
        assertEquals(0, left(1, 0));
    }

    @Test
    void whereNothingQueuesNothingWaitsHoweverLongAnAnswerTakes() {
        answered(Kind.WRITE, 80 * MILLI, 500);
        assertTrue(left(1, 20) == 0);
    }

    @Test
    void whereRequestsQueueTheNextOnesWaitTwiceAsLongAsTheyQueue() {
        queues();
        assertEquals(10 * MILLI, left(1, 20), MILLI / 10);
        now += 4 * MILLI;
        assertEquals(6 * MILLI, left(5, 16), MILLI / 10);
        now += 6 * MILLI;
        assertTrue(left(10, 11) == 0);
    }

    @Test
    void theyGoWhenNearlyAllIsAnswered() {
        queues();
        assertTrue(left(15, 2) > 0);
        assertEquals(0, left(16, 2));
    }

    @Test
    void whatComesAfterASendingHasItsOwnTime() {
        queues();
        left(1, 20);
        now += 9 * MILLI;
        gathering.sent();
        assertEquals(10 * MILLI, left(1, 20), MILLI / 10);
    }

    @Test
    void thereIsALimit() {
        answered(Kind.WRITE, 3 * MILLI, 1);
        answered(Kind.WRITE, SECOND, 500);
        assertEquals(Gathering.MOST_NANOS, left(1, 20));
    }

    /** A takeover's or a lock's time is no queue. */
    @Test
    void aFewThatTakeVeryLongChangeLittle() {
        queues();
        answered(Kind.WRITE, SECOND, 4);
        assertTrue(left(1, 20) < 15 * MILLI);
    }

    @Test
    void aReadThatIsFastDoesNotMakeAWriteLookSlow() {
        for (int i = 0; i < 500; i++) {
            answered(Kind.READ, MILLI, 1);
            answered(Kind.WRITE, 50 * MILLI, 1);
            answered(Kind.COMMIT, 150 * MILLI, 1);
        }
        assertTrue(left(1, 20) == 0);
    }

    /** The node moved away, or its disk is slower: that is no queue. */
    @Test
    void theLeastIsForgottenAfterTwentySeconds() {
        answered(Kind.WRITE, 3 * MILLI, 10);
        for (int second = 0; second < 30; second++) {
            answered(Kind.WRITE, 80 * MILLI, 100);
            now += SECOND;
        }
        assertTrue(left(1, 20) == 0);
    }
}
