package io.holdfast.server.lease;

import java.util.UUID;

/**
 * Another node's session as this node has observed it: for how long its cell has not changed. Only this node's own clock is used, and
 * only from the moment when the observed version was in its hands, which is later than the renewal that made it.
 */
record Silence(UUID session, long version, long sinceNanos) {
    /** What is known after another look. */
    Silence observed(UUID sessionNow, long versionNow, long nowNanos) {
        boolean same = session.equals(sessionNow) && version == versionNow;
        return same ? this : new Silence(sessionNow, versionNow, nowNanos);
    }

    /**
     * Whether the session cannot be counted on by its node any more, if the cell still has this version: so much has passed here that at
     * least its duration has passed there.
     */
    boolean isLongEnough(long lastingNanos, double driftBound, long nowNanos) {
        return nowNanos - sinceNanos >= (long) Math.ceil(lastingNanos * (1 + driftBound));
    }
}
