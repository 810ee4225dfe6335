package io.holdfast.core.check;

import java.util.Arrays;

/** A number that only grows, and what it was at any earlier time. */
final class Frontier {
    private long[] times = new long[64];
    private long[] values = new long[64];
    private int size;

    void reach(long time, long value) {
        if (size > 0 && value <= values[size - 1]) {
            return;
        }
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        times[size] = time;
        values[size++] = value;
    }

    /** The value that was reached by this time. */
    long at(long time) {
        for (int index = size - 1; index >= 0; index--) {
            if (times[index] <= time) {
                return values[index];
            }
        }
        return 0;
    }
}
