package io.holdfast.server.lease;

/**
 * Until when a node may count on its session. It is told what was sent and what became of it, in times of the node's monotonic clock;
 * one thread may tell it, any thread may ask {@link #holds}.
 *
 * <p>A renewal that was answered counts from the moment before it was sent. One that is only found to have happened counts from the moment before one with its
 * version was sent for the first time, since nobody knows which of them it was: the cell cannot have changed earlier, and who waits for the cell to change
 * begins to wait later. A session that was not renewed in time does not hold, but is not lost either: as long as its
 * cell has not been changed by others, the next renewal makes it hold again.
 */
final class SessionClock {
    private final long lastingNanos;
    private long version;
    private long firstSentNanos;
    private boolean sent;
    private volatile boolean over;
    private volatile long validUntilNanos;

    /** @param version that the cell got when the session began, which was asked for at {@code sentNanos} */
    SessionClock(long lastingNanos, long version, long sentNanos) {
        this.lastingNanos = lastingNanos;
        this.version = version;
        this.validUntilNanos = sentNanos + lastingNanos;
    }

    /** A renewal is about to be sent. Answers the version that it must find. */
    long sending(long nowNanos) {
        if (!sent) {
            sent = true;
            firstSentNanos = nowNanos;
        }
        return version;
    }

    /** The cell was read: it has this version and says that the session lives, which nobody but its own node writes. */
    void renewed(long foundVersion) {
        renewed(foundVersion, firstSentNanos);
    }

    /** The store has answered that a renewal which was sent at {@code sentNanos} gave the cell this version. */
    void renewed(long confirmedVersion, long sentNanos) {
        if (sent && confirmedVersion > version) {
            version = confirmedVersion;
            sent = false;
            validUntilNanos = sentNanos + lastingNanos;
        }
    }

    /** The cell does not say any more that this session lives, or its node gives it up. For ever. */
    void end() {
        over = true;
    }

    boolean holds(long nowNanos) {
        return !over && nowNanos - validUntilNanos < 0;
    }

    boolean isOver() {
        return over;
    }
}
