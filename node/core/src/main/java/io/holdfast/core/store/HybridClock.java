package io.holdfast.core.store;

/**
 * Hybrid logical time (Kulkarni et al., "Logical physical clocks", 2014) in one long: wall milliseconds in the upper 48 bits, a
 * counter below. Grows with every use, and stays close to the wall clock when that is sound.
 */
public final class HybridClock {
    private static final int COUNTER_BITS = 16;

    private long last;

    public HybridClock(long last) {
        this.last = last;
    }

    /** The next timestamp; the following {@code count - 1} ones belong to the caller as well. */
    public long next(long wallMillis, int count) {
        long first = Math.max(last + 1, wallMillis << COUNTER_BITS);
        last = first + count - 1;
        return first;
    }

    /** Later timestamps of this clock will be above this one. */
    public void observe(long timestamp) {
        last = Math.max(last, timestamp);
    }

    public static long wallMillis(long timestamp) {
        return timestamp >> COUNTER_BITS;
    }

    public static long ofWallMillis(long wallMillis) {
        return wallMillis << COUNTER_BITS;
    }
}
