package io.holdfast.server.partition;

import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The wall clock that this node's requests are dated by: its own, or that of most sites where its replicas that lead have found its own to be wrong
 * (docs/protocol.md, section 11). The replicas themselves are given the node's own clock. Thread-safe.
 */
public final class NodeClock {
    /** For so long a finding counts; longer than replicas take to repeat it. */
    private static final long VALID_NANOS = Duration.ofSeconds(10).toNanos();

    private final String site;
    private final IncidentLog incidents;
    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    /** That the node's own clock is wrong; empty: nobody has found so. */
    private volatile Optional<Finding> last = Optional.empty();

    /** When a fresh finding came last. */
    private OptionalLong freshNanos = OptionalLong.empty();

    private boolean reported;
    private long wrongNanos;

    /** @param baseMillis the time of most sites less this node's monotonic time: stays right when the node's clock is set */
    private record Finding(long baseMillis, long atNanos) {}

    public NodeClock(String site, IncidentLog incidents) {
        this(site, incidents, System::currentTimeMillis, System::nanoTime);
    }

    NodeClock(String site, IncidentLog incidents, LongSupplier wallMillis, LongSupplier nanos) {
        this.site = site;
        this.incidents = incidents;
        this.wallMillis = wallMillis;
        this.nanos = nanos;
    }

    /** Milliseconds since 1970. */
    public long wallMillis() {
        long now = nanos.getAsLong();
        return last.filter(finding -> now - finding.atNanos() <= VALID_NANOS)
                .map(finding -> finding.baseMillis() + now / 1_000_000)
                .orElseGet(wallMillis::getAsLong);
    }

    /**
     * What a replica finds, now and then.
     *
     * @param correctionMillis to be added to the node's own clock; 0: it is right; empty: the replica cannot know
     * @param fresh whether it rests on what was heard just now; else it counts only while there is no finding that does
     */
    synchronized void found(OptionalLong correctionMillis, boolean fresh) {
        long now = nanos.getAsLong();
        boolean knownBetter = !fresh && freshNanos.isPresent() && now - freshNanos.getAsLong() <= VALID_NANOS;
        if (correctionMillis.isPresent() && !knownBetter) {
            freshNanos = fresh ? OptionalLong.of(now) : freshNanos;
            long correction = correctionMillis.getAsLong();
            long base = wallMillis.getAsLong() + correction - now / 1_000_000;
            last = correction == 0 ? Optional.empty() : Optional.of(new Finding(base, now));
            if (correction != 0) {
                wrongNanos = now;
                report(correction);
            }
        }
        // Not at once: leaders may differ about a clock that is just about wrong.
        if (reported && now - wrongNanos > VALID_NANOS) {
            reported = false;
            incidents.recovered("clock-wrong", site);
        }
    }

    private void report(long correctionMillis) {
        reported = true;
        String direction = correctionMillis < 0 ? " s ahead of" : " s behind";
        incidents.report(
                "clock-wrong",
                site,
                "its wall clock is " + TimeUnit.MILLISECONDS.toSeconds(Math.abs(correctionMillis)) + direction
                        + " that of most sites",
                "the time of most sites is used; set the clock, and see why it was not kept (NTP)");
    }
}
