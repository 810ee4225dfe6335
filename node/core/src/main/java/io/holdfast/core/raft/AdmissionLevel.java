package io.holdfast.core.raft;

/**
 * How much a replica without a vote must hold durably to be given one: what was committed an election timeout ago, or up to two. What is committed now
 * it may never be known to hold while writes go on, because its word is as old as its way is long, and a majority that is nearer has committed more
 * meanwhile. No rule of safety rests on this (docs/protocol.md, section 9): it keeps out who would hold the others up if they needed its vote.
 */
final class AdmissionLevel {
    private final long periodNanos;
    private long index;
    private long nextIndex;
    private long sinceNanos;

    /** @param termStart the first entry of the leader's term: before, it may not know what is committed */
    AdmissionLevel(long periodNanos, long termStart, long nowNanos) {
        this.periodNanos = periodNanos;
        this.index = termStart;
        this.nextIndex = termStart;
        this.sinceNanos = nowNanos;
    }

    void tick(long nowNanos, long commitIndex) {
        if (nowNanos - sinceNanos >= periodNanos) {
            index = nextIndex;
            nextIndex = Math.max(nextIndex, commitIndex);
            sinceNanos = nowNanos;
        }
    }

    boolean isReached(long matchIndex) {
        return matchIndex >= index;
    }
}
