package io.holdfast.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Gathering gathering = new Gathering();
    private long now = 100 * SECOND;

    private void answered(long took, int times) {
        for (int i = 0; i < times; i++) {
            gathering.answered(took, ++now);
        }
    }

    /** Requests that take 3 ms of an idle node and 8 ms now. */
    private void queues() {
        answered(3 * MILLI, 1);
        answered(8 * MILLI, 500);
    }

    private long left(int waiting, int underWay) {
        return gathering.left(waiting, underWay, now);
    }

    @Test
    void withNextToNothingUnderWayARequestGoesAtOnce() {
        queues();
        assertEquals(0, left(1, 0));
        assertEquals(0, left(1, 1));
        assertTrue(left(1, 2) > 0);
    }

    @Test
    void whereNothingQueuesNothingWaitsHoweverLongAnAnswerTakes() {
        answered(80 * MILLI, 500);
        assertEquals(0, left(1, 20));
    }

    @Test
    void whereRequestsQueueTheNextOnesWaitTwiceAsLongAsTheyQueue() {
        queues();
        assertEquals(10 * MILLI, left(1, 20), MILLI / 10);
        now += 4 * MILLI;
        assertEquals(6 * MILLI, left(5, 16), MILLI / 10);
        assertFalse(gathering.expired());
        now += 6 * MILLI;
        assertEquals(0, left(10, 11));
        assertTrue(gathering.expired());
    }

    @Test
    void theyGoWhenEightTimesAsManyWaitAsAreUnderWay() {
        queues();
        assertTrue(left(15, 2) > 0);
        assertEquals(0, left(16, 2));
        assertFalse(gathering.expired());
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
    void aTenthOfASecondIsTheLimit() {
        answered(3 * MILLI, 1);
        answered(SECOND, 500);
        assertEquals(100 * MILLI, left(1, 20));
        answered(3 * MILLI, 100);
        assertTrue(left(1, 20) < MILLI);
    }

    /** A takeover's or a lock's time is no queue. */
    @Test
    void aFewThatTakeVeryLongChangeLittle() {
        queues();
        answered(SECOND, 4);
        assertTrue(left(1, 20) < 15 * MILLI);
    }

    @Test
    void theLeastIsRememberedForTenSecondsAndForgottenAfterTwenty() {
        answered(3 * MILLI, 1);
        now += 9 * SECOND;
        answered(80 * MILLI, 500);
        assertEquals(100 * MILLI, left(1, 20));
        gathering.sent();
        now += 2 * SECOND;
        answered(80 * MILLI, 500);
        assertEquals(100 * MILLI, left(1, 20));
        gathering.sent();
        now += 11 * SECOND;
        answered(80 * MILLI, 500);
        assertEquals(0, left(1, 20));
    }

    @Test
    void theLeastIsForgottenAfterALongSilence() {
        answered(3 * MILLI, 1);
        now += 25 * SECOND;
        answered(80 * MILLI, 500);
        assertEquals(0, left(1, 20));
    }
}
