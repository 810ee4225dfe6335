package io.holdfast.loadtest.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Hands out the arrivals of a plan one by one, from the moment of the first. Safe for use by many threads. */
public final class Schedule {
    private final Arrivals arrivals;
    private final LongSupplier clock;
    private final AtomicLong handedOut = new AtomicLong();
    private final AtomicLong start = new AtomicLong(Long.MIN_VALUE);

    /**
     * A request that is to be sent now.
     *
     * @param number from 0
     * @param dueNanos when it was due, as of the clock; never in the future
     */
    public record Due(long number, int step, long dueNanos) {}

    public Schedule(Arrivals arrivals) {
        this(arrivals, System::nanoTime);
    }

    Schedule(Arrivals arrivals, LongSupplier clock) {
        this.arrivals = arrivals;
        this.clock = clock;
    }

    /** At a constant rate, in requests a second. */
    public static Schedule constant(double rate, Duration length) {
        return new Schedule(new Arrivals(List.of(new Arrivals.Step(rate, length))));
    }

    /** The next request. Asked for too early it counts as due at once: nobody has waited for it. */
    public Due next() {
        long now = clock.getAsLong();
        start.compareAndSet(Long.MIN_VALUE, now);
        long number = handedOut.getAndIncrement();
        Arrivals.Arrival arrival = arrivals.at(number);
        long due = start.get() + arrival.dueNanos();
        return new Due(number, arrival.step(), due - now < 0 ? due : now);
    }
}
