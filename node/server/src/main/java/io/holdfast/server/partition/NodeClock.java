package io.holdfast.server.partition;

import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
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
    private volatile Finding last;

    private record Finding(long correctionMillis, long atNanos) {}

    public NodeClock(String site, IncidentLog incidents) {
        this(site, incidents, System::currentTimeMillis, System::nanoTime);
    }

    NodeClock(String site, IncidentLog incidents, LongSupplier wallMillis, LongSupplier nanos) {
        this.site = site;
        this.incidents = incidents;
        this.wallMillis = wallMillis;
        this.nanos = nanos;
        this.last = new Finding(0, nanos.getAsLong());
    }

    /** Milliseconds since 1970. */
    public long wallMillis() {
        return wallMillis.getAsLong() + last.correctionMillis();
    }

    /**
     * What a replica finds, now and then.
     *
     * @param correctionMillis to be added to the node's own clock; 0 also from a replica that cannot know, so it counts only after a while without
     *     any other finding
     */
    void found(long correctionMillis) {
        long now = nanos.getAsLong();
        if (correctionMillis != 0) {
            last = new Finding(correctionMillis, now);
            String direction = correctionMillis < 0 ? " s ahead of" : " s behind";
            incidents.report(
                    "clock-wrong",
                    site,
                    "its wall clock is " + TimeUnit.MILLISECONDS.toSeconds(Math.abs(correctionMillis)) + direction
                            + " that of most sites",
                    "the time of most sites is used; set the clock, and see why it was not kept (NTP)");
        } else if (last.correctionMillis() != 0 && now - last.atNanos() > VALID_NANOS) {
            last = new Finding(0, now);
            incidents.recovered("clock-wrong", site);
        }
    }
}
