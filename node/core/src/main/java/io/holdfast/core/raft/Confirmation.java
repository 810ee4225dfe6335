package io.holdfast.core.raft;

import java.util.ArrayDeque;

/**
 * Proves that the leader still leads: by a lease, or by a round of heartbeats that a majority answers (ReadIndex; Raft
 * dissertation, section 6.4). Every AppendRequest carries a stamp, its time of sending; a follower's answer with a stamp
 * proves that it followed this leader at some moment after it, and promised its vote to nobody else for the lease's duration
 * from then on.
 */
final class Confirmation {
    private final Raft raft;
    private final Followers followers;
    private final ArrayDeque<PendingRead> reads = new ArrayDeque<>();
    private long lastStamp;
    /** The round on its way for reads, 0 for none. */
    private long roundStamp;

    private boolean leaseDropped;
    private boolean ready;

    /** The read may be answered once a majority has answered a stamp above this one. */
    private record PendingRead(long ticket, long afterStamp) {}

    Confirmation(Raft raft, Followers followers) {
        this.raft = raft;
        this.followers = followers;
    }

    /** The stamp for a message that is sent now. Grows with every step that sends, even if the clock stands. */
    long stamp() {
        lastStamp = Math.max(raft.now.nanos(), lastStamp + 1);
        return lastStamp;
    }

    void read(long ticket) {
        if (ready && leaseHolds()) {
            raft.out.confirmRead(ticket);
        } else {
            reads.addLast(new PendingRead(ticket, lastStamp));
        }
    }

    /** Answers reads that are proven, in the order they came. */
    void proceed(boolean termStarted) {
        ready = termStarted;
        if (!termStarted || reads.isEmpty()) {
            return;
        }
        long confirmed = majorityStamp();
        boolean lease = leaseHolds();
        while (!reads.isEmpty() && (lease || reads.peekFirst().afterStamp() < confirmed)) {
            raft.out.confirmRead(reads.removeFirst().ticket());
        }
        if (confirmed >= roundStamp) {
            roundStamp = 0;
        }
    }

    /** Whether reads wait that no message on its way can prove. */
    boolean roundWanted() {
        return ready && !reads.isEmpty() && roundStamp == 0;
    }

    /** A heartbeat to all has been sent with the last stamp. */
    void roundSent() {
        roundStamp = reads.isEmpty() ? 0 : lastStamp;
    }

    boolean readsWait() {
        return !reads.isEmpty();
    }

    void dropLease() {
        leaseDropped = true;
    }

    /** A majority votes for nobody else yet. */
    private boolean leaseHolds() {
        boolean off = leaseDropped || raft.config.leaseNanos() == 0;
        return !off && raft.now.nanos() < followers.majority(progress -> progress.leaseUntil, Long.MAX_VALUE);
    }

    /** The highest stamp that a majority of voters has answered; the leader is always up to date. */
    private long majorityStamp() {
        return followers.majority(progress -> progress.stamp, Long.MAX_VALUE);
    }

    /** The leader's state holds everything that was acknowledged before this wall time: nobody else led until then. */
    long asOfWallMillis() {
        long stamp = majorityStamp();
        if (!ready || stamp == 0) {
            return 0;
        }
        long ageNanos = stamp == Long.MAX_VALUE ? 0 : Math.max(0, raft.now.nanos() - stamp);
        return raft.now.wallMillis() + raft.wallCorrectionMillis(raft.now) - ageNanos / 1_000_000 - 1;
    }

    void refuseAll() {
        reads.forEach(read -> raft.out.refuseRead(read.ticket()));
        reads.clear();
    }
}
