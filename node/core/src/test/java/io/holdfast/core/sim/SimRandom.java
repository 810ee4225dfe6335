package io.holdfast.core.sim;

import java.util.List;
import java.util.random.RandomGenerator;

/** The one source of chance in a run (Steele et al., "Fast splittable pseudorandom number generators", 2014: SplitMix64). */
final class SimRandom implements RandomGenerator {
    private long state;

    SimRandom(long seed) {
        this.state = seed * 0x9E3779B97F4A7C15L + 0x1234567;
    }

    @Override
    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    int below(int bound) {
        return (int) ((nextLong() >>> 33) * bound >>> 31);
    }

    /** From the first (inclusive) to the second (inclusive). */
    long between(long from, long to) {
        return from + (long) ((nextLong() >>> 11) * 0x1.0p-53 * (to - from + 1));
    }

    boolean chance(double probability) {
        return (nextLong() >>> 11) * 0x1.0p-53 < probability;
    }

    /** Many short times and a few long ones, with this mean. */
    long exponential(double mean) {
        return (long) (-mean * Math.log(1 - (nextLong() >>> 11) * 0x1.0p-53)) + 1;
    }

    <T> T pick(List<T> from) {
        return from.get(below(from.size()));
    }
}
