package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.time.TimestampGenerator;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Timestamps of all writes of this process to Cassandra, in microseconds since the epoch: each is above all given before it, and
 * above the floors that were raised. Of two writes to one cell, Cassandra keeps the one with the higher timestamp, so these decide
 * what a fence ({@link CassandraFence}) shuts out. Thread-safe.
 */
public final class WriteTimestamps implements TimestampGenerator {
    private static final AtomicLong LAST = new AtomicLong();

    /** Called by the driver, once a session. */
    public WriteTimestamps(DriverContext context) {}

    static long nextOne() {
        long now = System.currentTimeMillis() * 1000;
        return LAST.updateAndGet(last -> Math.max(now, last + 1));
    }

    /** All timestamps from now on are above this one. */
    static void raiseAbove(long floor) {
        LAST.accumulateAndGet(floor, Math::max);
    }

    @Override
    public long next() {
        return nextOne();
    }

    @Override
    public void close() {
        // There is nothing to release.
    }
}
