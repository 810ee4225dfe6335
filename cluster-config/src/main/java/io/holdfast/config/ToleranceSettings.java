package io.holdfast.config;

/**
 * Section {@code tolerance}.
 *
 * @param sites how many sites may be lost with no acknowledged write lost; the cluster has at least {@link #replicas()} sites
 */
public record ToleranceSettings(int sites) {
    /** Replicas of each partition, 2f+1. */
    public int replicas() {
        return 2 * sites + 1;
    }
}
