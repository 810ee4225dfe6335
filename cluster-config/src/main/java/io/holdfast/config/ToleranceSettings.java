package io.holdfast.config;

import java.time.Duration;

/**
 * Section {@code tolerance}.
 *
 * @param sites how many sites may be lost with no acknowledged write lost; the cluster has at least {@link #replicas()} sites
 * @param patience how many times as long as usual what is silent counts as alive, 1 to {@value #MOST_PATIENCE}
 */
public record ToleranceSettings(int sites, double patience) {
    public static final int MOST_PATIENCE = 10;

    /** A time by which silence is told from slowness, as it is with this patience. */
    public Duration stretch(Duration usual) {
        return Duration.ofNanos(Math.round(usual.toNanos() * patience));
    }

    /** Replicas of each partition, 2f+1. */
    public int replicas() {
        return 2 * sites + 1;
    }
}
