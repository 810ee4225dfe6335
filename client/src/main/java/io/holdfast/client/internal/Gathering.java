package io.holdfast.client.internal;

import java.util.concurrent.TimeUnit;

/**
 * How long requests of one kind that wait for a node should wait for more to go with them. A message, and an entry in a partition's log, cost
 * about the same with one request as with twenty: under load many small ones cost everybody time.
 *
 * <p>It is Nagle's rule (RFC 896): with next to nothing under way a request goes at once, else when eight times as many wait as are under way,
 * which is when nearly all of these have been answered, or when many have come. But it waits no longer than twice what requests lately took
 * beyond the least they take, the measure of TCP Vegas for what queues on the way (Brakmo, O'Malley and Peterson, 1994). So little waits where
 * little queues, however far away the node is, and where much queues it waits here instead of there. Where answers take longer or
 * shorter by nature, that counts as a queue: requests may then wait for as long as twice the difference.
 *
 * <p>Not thread-safe. All times are nanoseconds, of one clock that only goes forward.
 */
final class Gathering {
    static final int WAITING_PER_UNDER_WAY = 8;
    /** With fewer under way there is too little to win. */
    static final int LEAST_UNDER_WAY = 2;

    static final int PATIENCE = 2;
    static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Less is not worth a timer. */
    private static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final int SMOOTHING = 16;
    private static final long BELIEVED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private long periodBegan;
    private long leastInThisPeriod = Long.MAX_VALUE;
    private long leastInLastPeriod = Long.MAX_VALUE;
    private long excess;
    private boolean gathers;
    private long since;
    private boolean expired;

    /** The node has answered, so long after the request had left. */
    void answered(long took, long now) {
        long over = Math.min(MOST_NANOS, took - leastWith(took, now));
        // Some requests wait for something else than their turn, a lock or a takeover. The others must not pay for it.
        long believed = Math.min(over, 2 * excess + BELIEVED_NANOS);
        excess += (believed - excess) / SMOOTHING;
    }

    /** The least of this period and the last: networks and loads change. */
    private long leastWith(long took, long now) {
        long age = now - periodBegan;
        if (leastInThisPeriod == Long.MAX_VALUE || age > PERIOD_NANOS) {
            leastInLastPeriod = age > 2 * PERIOD_NANOS ? Long.MAX_VALUE : leastInThisPeriod;
            leastInThisPeriod = Long.MAX_VALUE;
            periodBegan = now;
        }
        leastInThisPeriod = Math.min(leastInThisPeriod, took);
        return Math.min(leastInThisPeriod, leastInLastPeriod);
    }

    /**
     * How much longer what waits should wait if nothing is answered meanwhile; 0: it should go now.
     *
     * @param waiting at least 1
     * @param underWay how many have left and are not answered
     */
    long left(int waiting, int underWay, long now) {
        if (underWay < LEAST_UNDER_WAY || waiting >= (long) WAITING_PER_UNDER_WAY * underWay) {
            return 0;
        }
        long patience = Math.min(MOST_NANOS, PATIENCE * excess);
        if (patience < LEAST_NANOS) {
            return 0;
        }
        if (!gathers) {
            gathers = true;
            since = now;
        }
        expired = now - since >= patience;
        return expired ? 0 : patience - (now - since);
    }

    /** Whether what waits was told to go because its time is over: what it waited for takes longer than all that is known. */
    boolean expired() {
        return expired;
    }

    /** What had gathered has been sent. */
    void sent() {
        gathers = false;
        expired = false;
    }
}
