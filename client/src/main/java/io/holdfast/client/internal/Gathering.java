package io.holdfast.client.internal;

import java.util.concurrent.TimeUnit;

/**
 * How long what waits for a node should wait for more to go with it. A message, and an entry in a partition's log, cost about the same with
 * one request as with twenty: under load many small ones cost everybody time.
 *
 * <p>It is Nagle's rule (RFC 896): with nothing under way a request goes at once, else when nearly all that is under way has been answered. But
 * it waits no longer than twice what requests lately took beyond the least they take, the measure of TCP Vegas for what queues on the way
 * (Brakmo and Peterson, 1994). So where nothing queues nothing waits, however far away the node is, and where much queues it waits here
 * instead of there.
 *
 * <p>Not thread-safe. All times are nanoseconds, of one clock that only goes forward.
 */
final class Gathering {
    /** What takes about the same time on an idle node. */
    enum Kind {
        READ,
        WRITE,
        COMMIT
    }

    /** Nearly all is answered when so many times as many wait as are under way. */
    static final int WAITING_PER_UNDER_WAY = 8;

    static final int PATIENCE = 2;
    static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Less is not worth a timer. */
    private static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final int SMOOTHING = 16;
    private static final long BELIEVED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Least[] least = {new Least(), new Least(), new Least()};
    private long excess;
    private boolean gathers;
    private long since;

    /** The least of the last ten to twenty seconds: networks and loads change. */
    private static final class Least {
        private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

        private long began;
        private long inThisPeriod = Long.MAX_VALUE;
        private long inLastPeriod = Long.MAX_VALUE;

        long with(long took, long now) {
            long age = now - began;
            if (age > PERIOD_NANOS) {
                inLastPeriod = age > 2 * PERIOD_NANOS ? Long.MAX_VALUE : inThisPeriod;
                inThisPeriod = Long.MAX_VALUE;
                began = now;
            }
            inThisPeriod = Math.min(inThisPeriod, took);
            return Math.min(inThisPeriod, inLastPeriod);
        }
    }

    /** The node answered a request so long after it had left. */
    void answered(Kind kind, long took, long now) {
        long over = took - least[kind.ordinal()].with(took, now);
        // Some requests wait for something else than their turn, for a lock or a takeover: the others must not pay for
        // that.
        long believed = Math.min(over, 2 * excess + BELIEVED_NANOS);
        excess += (believed - excess) / SMOOTHING;
    }

    /**
     * How much longer what waits should wait if nothing is answered meanwhile; 0: it should go now.
     *
     * @param waiting at least 1
     * @param underWay how many have left and are not answered
     */
    long left(int waiting, int underWay, long now) {
        if (waiting >= (long) WAITING_PER_UNDER_WAY * underWay) {
            return 0;
        }
        if (!gathers) {
            gathers = true;
            since = now;
        }
        long left = Math.min(MOST_NANOS, PATIENCE * excess) - (now - since);
        return left < LEAST_NANOS ? 0 : left;
    }

    /** What had gathered has been sent. */
    void sent() {
        gathers = false;
    }
}
