package io.holdfast.core.raft;

/**
 * Proves from the leader's side that a follower's clock does not run faster than its own by more than the bound. Only then
 * may the follower's promise count for a lease: a clock that runs faster would end the promise too early.
 *
 * <p>Each exchange gives a pair: the follower stamped its clock p at some moment between the leader's s (sent) and r
 * (received). Over two exchanges the true elapsed time is at least s2 - r1 and at most r2 - s1, so the follower's rate lies
 * between (p2 - p1) / (r2 - s1) and (p2 - p1) / (s2 - r1). Nothing is assumed before it is proven.
 */
final class ClockRateGuard {
    /** A baseline is renewed when it is this old: a rate that changed later must show. */
    private static final long MAX_WINDOW_NANOS = 10_000_000_000L;

    private final double bound;

    private boolean started;
    private long sent;
    private long received;
    private long peerClock;
    private boolean proven;

    ClockRateGuard(double bound) {
        this.bound = bound;
    }

    /** One exchange: the leader's clock at sending and receiving, the follower's in between. */
    void exchange(long sentNanos, long receivedNanos, long peerNanos) {
        if (!started || peerNanos < peerClock) {
            restart(sentNanos, receivedNanos, peerNanos);
            proven = false;
            return;
        }
        long peerElapsed = peerNanos - peerClock;
        if (sentNanos > received && peerElapsed <= (sentNanos - received) * (1 + bound)) {
            proven = true;
        } else if (peerElapsed > (receivedNanos - sent) * (1 + bound)) {
            proven = false;
            restart(sentNanos, receivedNanos, peerNanos);
        }
        boolean old = receivedNanos - sent > MAX_WINDOW_NANOS;
        boolean sharper = receivedNanos - sentNanos < (received - sent) / 2;
        if (old || (sharper && !proven)) {
            restart(sentNanos, receivedNanos, peerNanos);
        }
    }

    private void restart(long sentNanos, long receivedNanos, long peerNanos) {
        started = true;
        sent = sentNanos;
        received = receivedNanos;
        peerClock = peerNanos;
    }

    boolean proven() {
        return proven;
    }
}
