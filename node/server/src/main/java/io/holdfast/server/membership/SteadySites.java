package io.holdfast.server.membership;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether all other sites have been there for a while. One that has just come back may go again while its processes warm up, and it lacks what was
 * written meanwhile: what can wait until it counts fully should. Thread-safe.
 */
public final class SteadySites implements BooleanSupplier {
    private final SiteReachability reachability;
    private final long steadyNanos;
    private final LongSupplier nanos;
    private volatile long lastChangeNanos;

    private SteadySites(SiteReachability reachability, Duration steady, LongSupplier nanos) {
        this.reachability = reachability;
        this.steadyNanos = steady.toNanos();
        this.nanos = nanos;
        this.lastChangeNanos = nanos.getAsLong();
    }

    /**
     * @param reachability is subscribed to for good
     * @param steady how long no site may have come or gone
     * @param nanos a monotonic clock
     */
    public static SteadySites watch(SiteReachability reachability, Duration steady, LongSupplier nanos) {
        var sites = new SteadySites(reachability, steady, nanos);
        reachability.subscribe((site, reachable) -> sites.lastChangeNanos = nanos.getAsLong());
        return sites;
    }

    @Override
    public boolean getAsBoolean() {
        return reachability.unreachable().isEmpty() && nanos.getAsLong() - lastChangeNanos >= steadyNanos;
    }
}
