package io.holdfast.server.cli.demo;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The longest time without an acknowledged write, for each partition: over all partitions together the others would hide
 * the pause of those that lost their leader. Safe for use by many threads.
 */
final class Gaps {
    private final long[] lastNanos;
    private final long[] worstNanos;
    private final boolean[] heardSince;
    private long watchFrom = Long.MAX_VALUE;

    Gaps(int partitions) {
        this.lastNanos = new long[partitions];
        this.worstNanos = new long[partitions];
        this.heardSince = new boolean[partitions];
    }

    /**
     * A write of this partition was acknowledged. Only one that was sent since the watch began shows that the partition is there: the
     * answer to an older one may have been on its way.
     */
    synchronized void acknowledged(int partition, long sent, long nanos) {
        if (watchFrom != Long.MAX_VALUE && nanos >= watchFrom) {
            heardSince[partition] |= sent >= watchFrom;
            worstNanos[partition] = Math.max(worstNanos[partition], nanos - lastNanos[partition]);
        }
        lastNanos[partition] = nanos;
    }

    /** From now on gaps count, those that began before it included. */
    synchronized void watch(long nanos) {
        watchFrom = nanos;
        Arrays.fill(worstNanos, 0);
        Arrays.fill(heardSince, false);
    }

    /** Whether every partition has acknowledged a write that was sent since the watch began. */
    synchronized boolean allHeard() {
        for (boolean heard : heardSince) {
            if (!heard) {
                return false;
            }
        }
        return true;
    }

    /** The worst gap of all partitions that ended since the watch began, in milliseconds; empty while one has not ended. */
    synchronized OptionalLong worstMillis() {
        return allHeard()
                ? OptionalLong.of(Arrays.stream(worstNanos).max().orElse(0) / 1_000_000)
                : OptionalLong.empty();
    }
}
