package io.holdfast.loadtest.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * When each request of an open load is due: a row of steps, each with its own constant rate. The n-th request is due at a time that does
 * not depend on how the requests before it went, nor on how late the generator is.
 */
public final class Arrivals {
    /**
     * One step.
     *
     * @param rate requests a second
     */
    public record Step(double rate, Duration length) {
        public Step {
            if (!(rate > 0) || length.isNegative() || length.isZero()) {
                throw new IllegalArgumentException("A step of " + rate + " requests/s for " + length + " is none.");
            }
        }

        long requests() {
            return Math.round(rate * length.toNanos() / TimeUnit.SECONDS.toNanos(1));
        }
    }

    /** A request's place in the plan: its step, from 0, and when it is due after the first one. */
    public record Arrival(int step, long dueNanos) {}

    private final List<Step> steps;
    private final List<Long> firstOfStep = new ArrayList<>();
    private final List<Long> startOfStep = new ArrayList<>();

    public Arrivals(List<Step> steps) {
        this.steps = List.copyOf(steps);
        long first = 0;
        long start = 0;
        for (Step step : steps) {
            firstOfStep.add(first);
            startOfStep.add(start);
            first += step.requests();
            start += step.length().toNanos();
        }
    }

    /** The n-th request's place, from 0. Requests beyond the plan belong to its last step. */
    public Arrival at(long n) {
        int step = steps.size() - 1;
        while (step > 0 && n < firstOfStep.get(step)) {
            step--;
        }
        double secondsIn = (n - firstOfStep.get(step)) / steps.get(step).rate();
        return new Arrival(step, startOfStep.get(step) + (long) (secondsIn * TimeUnit.SECONDS.toNanos(1)));
    }
}
