package io.holdfast.loadtest.load;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The longest time without an acknowledged write, for each partition by itself: of all together, the others would hide the pause of
 * those that lost their leader. Safe for use by many threads.
 */
public final class Gaps {
    private final long[] last;
    private final long[] worst;
    private final boolean[] heard;
    private long from = Long.MAX_VALUE;
    private long sentFrom = Long.MAX_VALUE;

    /** @param partitions how many; times are as of {@link System#nanoTime}, and begin now */
    public Gaps(int partitions, long now) {
        this.last = new long[partitions];
        this.worst = new long[partitions];
        this.heard = new boolean[partitions];
        Arrays.fill(last, now);
    }

    /**
     * A write of this partition was acknowledged. Calls may come out of order. Only one that was sent since the fault shows that the partition is
     * there: the answer to an older one may have been on its way.
     */
    public synchronized void acknowledged(int partition, long sent, long nanos) {
        if (from != Long.MAX_VALUE && nanos - from >= 0) {
            heard[partition] |= sent - sentFrom >= 0;
            worst[partition] = Math.max(worst[partition], nanos - last[partition]);
        }
        last[partition] = Math.max(last[partition], nanos);
    }

    /** From now on gaps count, those under way included. */
    public synchronized void watch(long nanos) {
        from = nanos;
        Arrays.fill(worst, 0);
        expectFrom(nanos);
    }

    /** From now on each partition must acknowledge a write anew: the fault that the watch is for has been made. */
    public synchronized void expectFrom(long nanos) {
        sentFrom = nanos;
        Arrays.fill(heard, false);
    }

    /** How long the partition that has been silent longest has been silent. */
    public synchronized long silentNanos(long now) {
        return Arrays.stream(last).map(each -> now - each).max().orElse(0);
    }

    /** The worst gap that has ended since the watch began; empty while a partition has acknowledged nothing that was sent since the fault. */
    public synchronized OptionalLong worstNanos() {
        for (boolean one : heard) {
            if (!one) {
                return OptionalLong.empty();
            }
        }
        return Arrays.stream(worst).max();
    }
}
