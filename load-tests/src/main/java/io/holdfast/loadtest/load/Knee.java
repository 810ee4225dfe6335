package io.holdfast.loadtest.load;

import java.util.List;
import java.util.OptionalDouble;

/** The highest rate that a store bears: beyond it, waiting requests pile up and response times go through the roof. */
public final class Knee {
    /** So many bad steps in succession are the end; a single one may have been a hiccup of the machine. */
    private static final int BAD_STEPS = 2;

    /**
     * One step of a ramp.
     *
     * @param rate requests a second that were offered
     * @param p99Millis of those that went well
     * @param failed those that failed, and those that were left out because the store was far behind
     */
    public record Step(double rate, long succeeded, long failed, double p99Millis) {
        boolean holds(double boundMillis) {
            return succeeded > 0 && failed == 0 && p99Millis <= boundMillis;
        }
    }

    private Knee() {}

    /** The highest rate that was borne within the bound, before two steps in succession were not; empty if there is none. */
    public static OptionalDouble of(List<Step> steps, double boundMillis) {
        OptionalDouble knee = OptionalDouble.empty();
        int bad = 0;
        for (Step step : steps) {
            if (step.holds(boundMillis)) {
                knee = OptionalDouble.of(step.rate());
                bad = 0;
            } else if (++bad == BAD_STEPS) {
                break;
            }
        }
        return knee;
    }

    /** The rates of a ramp, each higher by a factor than the one before it, up to the highest and a little beyond at most. */
    public static List<Double> rates(double from, double to, double factor) {
        if (!(from > 0) || to < from || !(factor > 1)) {
            throw new IllegalArgumentException(
                    "A ramp from " + from + " to " + to + " requests/s by a factor of " + factor + " is none.");
        }
        int steps = (int) Math.ceil(Math.log(to / from) / Math.log(factor) - 1e-9) + 1;
        return java.util.stream.IntStream.range(0, steps)
                .mapToObj(i -> (double) Math.round(from * Math.pow(factor, i)))
                .toList();
    }
}
