package io.holdfast.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.Key;
import io.holdfast.client.Limits;
import io.holdfast.v1.RequestBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Outbox outbox = new Outbox();
    private final WriteIds ids = new WriteIds(7);
    private long now = System.nanoTime();
    private long lastId;

    private Attempt add(Duration timeout) {
        Op<?> op = Op.get(new KeyspaceRoutes("shop"), Key.of("k"), 0, 0, timeout);
        var attempt = new Attempt(op, null, ++lastId, now);
        outbox.add(attempt);
        return attempt;
    }

    private List<Attempt> add(int count) {
        var added = new ArrayList<Attempt>();
        for (int i = 0; i < count; i++) {
            added.add(add(Duration.ofMinutes(1)));
        }
        return added;
    }

    /** To a stream that has room for one batch: how many requests it got. */
    private int send() {
        var batches = new ArrayList<RequestBatch>();
        boolean sent = outbox.send(ids, now, batches::isEmpty, batches::add);
        assertEquals(sent, !batches.isEmpty());
        return sent ? batches.get(0).getRequestsCount() : 0;
    }

    /** From here on requests wait for up to 10 ms. */
    private void queues() {
        outbox.answered(3 * MILLI);
        outbox.endOfMessage(now);
        for (int i = 0; i < 500; i++) {
            outbox.answered(8 * MILLI);
            outbox.endOfMessage(now);
        }
    }

    @Test
    void whatComesWhileOthersAreUnderWayWaitsForTheirAnswers() {
        queues();
        List<Attempt> first = add(10);
        assertEquals(0, outbox.left(now));
        assertEquals(10, send());
        add(9);
        assertTrue(outbox.left(now) > 0);
        first.subList(0, 9).forEach(outbox::ended);
        assertEquals(0, outbox.left(now));
        assertEquals(9, send());
    }

    @Test
    void whatWasWaitedForInVainHoldsNothingUpAgain() {
        queues();
        List<Attempt> stuck = add(10);
        send();
        add(3);
        assertTrue(outbox.left(now) > 0);
        now += 11 * MILLI;
        assertEquals(0, outbox.left(now));
        List<Attempt> sent = add(1);
        send();
        // Only the four of the second sending count.
        add(1);
        assertTrue(outbox.left(now) > 0);
        stuck.forEach(outbox::ended);
        assertTrue(outbox.left(now) > 0);
        sent.forEach(outbox::ended);
        add(23);
        assertEquals(0, outbox.left(now));
    }

    @Test
    void whatTheStreamHadNoRoomForDoesNotWaitAgain() {
        queues();
        add(Outbox.BATCH_REQUESTS + 5);
        assertEquals(Outbox.BATCH_REQUESTS, send());
        assertEquals(0, outbox.left(now));
        assertEquals(5, send());
        add(1);
        assertTrue(outbox.left(now) > 0);
    }

    @Test
    void whatHasLittleTimeDoesNotWait() {
        queues();
        add(10);
        send();
        add(1);
        assertTrue(outbox.left(now) > 0);
        add(Duration.ofMinutes(-1));
        assertEquals(0, outbox.left(now));
        send();
        add(1);
        assertTrue(outbox.left(now) > 0);
    }

    @Test
    void oneThatIsGivenUpBeforeItLeavesIsNotSentAndWasNeverUnderWay() {
        queues();
        List<Attempt> added = add(2);
        added.get(0).op.state = Op.State.DONE;
        outbox.ended(added.get(0));
        assertEquals(1, send());
        assertEquals(Attempt.NOT_LEFT, added.get(0).wave());
        outbox.ended(added.get(1));
        add(1).get(0).op.state = Op.State.DONE;
        assertEquals(0, send());
        assertTrue(outbox.isEmpty());
    }

    /** With a stream that has no room for hours. */
    @Test
    void whatHasEndedDoesNotHeapUp() {
        List<Attempt> waits = add(10);
        for (int i = 0; i < 10_000; i++) {
            end(add(1).get(0));
        }
        assertTrue(outbox.size() < 200, () -> outbox.size() + " wait");
        assertEquals(10, send());
        assertTrue(outbox.isEmpty());
        waits.forEach(outbox::ended);
        // None is counted twice: those that wait stay.
        List<Attempt> more = add(200);
        more.subList(0, 100).forEach(this::end);
        assertEquals(200, outbox.size());
        end(more.get(100));
        assertEquals(99, outbox.size());
        assertEquals(99, send());
    }

    private void end(Attempt attempt) {
        attempt.op.state = Op.State.DONE;
        outbox.ended(attempt);
    }

    /** The clock was read before the request was made. */
    @Test
    void theLongestDeadlineIsNotSentAsALongerOne() {
        now = System.nanoTime() - 5 * MILLI;
        add(Limits.MAX_DEADLINE);
        var batches = new ArrayList<RequestBatch>();
        outbox.send(ids, now, batches::isEmpty, batches::add);
        assertEquals(
                Limits.MAX_DEADLINE.toMillis(), batches.get(0).getRequests(0).getTimeoutMillis());
    }

    @Test
    void aLostConnectionLeavesNothingUnderWay() {
        queues();
        List<Attempt> lost = add(10);
        send();
        outbox.clear();
        lost.forEach(outbox::ended);
        add(1);
        assertEquals(0, outbox.left(now));
    }

    @Test
    void answersOfOneMessageCountOnceByTheFastest() {
        outbox.answered(3 * MILLI);
        outbox.endOfMessage(now);
        for (int i = 0; i < 500; i++) {
            outbox.answered(80 * MILLI);
        }
        outbox.answered(3 * MILLI);
        outbox.endOfMessage(now);
        add(10);
        send();
        add(1);
        assertEquals(0, outbox.left(now));
    }
}
