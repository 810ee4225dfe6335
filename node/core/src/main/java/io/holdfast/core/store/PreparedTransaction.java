package io.holdfast.core.store;

/**
 * A transaction's part that holds locks in a partition.
 *
 * @param timestamp of its prepare: it will be committed at this or later, or not at all
 * @param lockMillis after so long, by the timestamp's wall time, somebody should settle it
 */
public record PreparedTransaction(WriteId id, long timestamp, int lockMillis, Command.Part part, ReadWriteSet set) {
    /** Beside what it has read and will write. */
    private static final long OWN_BYTES = 200;

    public long lockDeadlineMillis() {
        return HybridClock.wallMillis(timestamp) + lockMillis;
    }

    /** What it takes in memory, roughly. */
    long bytes() {
        return OWN_BYTES + set.size();
    }

    boolean decidedHere() {
        return part instanceof Command.Decides;
    }
}
