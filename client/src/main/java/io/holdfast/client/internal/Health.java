package io.holdfast.client.internal;

/**
 * Whether a node can be counted on. gRPC's keepalive is of no use for that: it does not ping more often than every 10 s.
 * Instead a node that owes answers and is silent is asked for its routes; one that does not answer that either, or was
 * silent for as long as an attempt may take, is suspect and gets nothing new; one that stays so is connected anew.
 */
final class Health {
    private static final long SILENT_BUSY_NANOS = 1_000_000_000L;
    private static final long SILENT_IDLE_NANOS = 10_000_000_000L;
    private static final long PROBE_AGAIN_NANOS = 500_000_000L;
    private static final long GIVE_UP_NANOS = 2_000_000_000L;

    private boolean suspect;
    private long suspectSince;
    private long lastHeard = System.nanoTime();
    private long lastProbe = lastHeard;
    private long roundTrip = Long.MAX_VALUE;

    boolean suspect() {
        return suspect;
    }

    void suspect(long now) {
        if (!suspect) {
            suspect = true;
            suspectSince = now;
        }
    }

    /** Something came from the node. */
    void heard(long now) {
        lastHeard = now;
        suspect = false;
    }

    boolean heardSince(long time) {
        return lastHeard - time >= 0;
    }

    /** A call that does no work was answered. */
    void answered(long begin, long end) {
        heard(end);
        roundTrip = roundTrip == Long.MAX_VALUE ? end - begin : (roundTrip * 3 + end - begin) / 4;
    }

    void probed(long now) {
        lastProbe = now;
    }

    boolean heardSinceProbe() {
        return heardSince(lastProbe);
    }

    /** Whether the node should be asked if it is there. */
    boolean doubtful(long now, boolean owesAnswers) {
        return suspect
                ? now - lastProbe >= PROBE_AGAIN_NANOS
                : now - lastHeard >= (owesAnswers ? SILENT_BUSY_NANOS : SILENT_IDLE_NANOS);
    }

    /** Whether the connection should be given up. */
    boolean hopeless(long now) {
        return suspect && now - suspectSince >= GIVE_UP_NANOS;
    }

    /** In whole milliseconds, so that noise does not decide between neighbours. */
    long roundTripMillis() {
        return roundTrip / 1_000_000;
    }
}
