package io.holdfast.loadtest.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Tells when the store is so far behind that going on would only measure the queue: by Little's law the requests under way are the rate
 * times the mean response time, so more than a few times the rate times the bound are a mean of a few times the bound. Safe for use by
 * many threads.
 */
public final class Overload {
    private static final int BEYOND = 4;
    private static final long ALWAYS = 200;

    private final List<Double> rates;
    private final Duration bound;
    private final AtomicLong underWay = new AtomicLong();
    private final AtomicLongArray leftOut;

    /** @param rates of the ramp's steps, in requests a second */
    public Overload(List<Double> rates, Duration bound) {
        this.rates = List.copyOf(rates);
        this.bound = bound;
        this.leftOut = new AtomicLongArray(rates.size());
    }

    /** Whether a request of this step is to be sent; it then counts as under way until {@link #end}. */
    public boolean begin(int step) {
        double most = Math.max(ALWAYS, BEYOND * rates.get(step) * bound.toNanos() / 1e9);
        if (underWay.incrementAndGet() <= most) {
            return true;
        }
        underWay.decrementAndGet();
        leftOut.incrementAndGet(step);
        return false;
    }

    public void end() {
        underWay.decrementAndGet();
    }

    /** How many requests of a step were not sent. */
    public long leftOut(int step) {
        return leftOut.get(step);
    }
}
