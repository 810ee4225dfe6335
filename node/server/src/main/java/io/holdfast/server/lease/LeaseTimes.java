package io.holdfast.server.lease;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The section {@code holdfast.lease} of {@code reference.conf}, which says what each is for.
 *
 * @param driftBound how much faster than the holder's clock a waiting node's may run, as a part of one
 */
public record LeaseTimes(
        Duration lasting,
        Duration renewInterval,
        Duration operationTimeout,
        Duration retryInterval,
        double driftBound) {
    private static final int RENEWALS_WITHIN = 3;
    private static final int LOST = 2;

    public LeaseTimes {
        if (renewInterval.multipliedBy(RENEWALS_WITHIN).compareTo(lasting) > 0) {
            throw new IllegalArgumentException("holdfast.lease.renew-interval is " + renewInterval
                    + " and the lease lasts " + lasting + ": at least " + RENEWALS_WITHIN
                    + " renewals must fit, so that two lost ones do not end it");
        }
        if (renewInterval.plus(operationTimeout.multipliedBy(LOST)).compareTo(lasting) >= 0) {
            throw new IllegalArgumentException("holdfast.lease.operation-timeout is " + operationTimeout
                    + ", a renewal comes every " + renewInterval + " and the lease lasts " + lasting
                    + ": a renew-interval and "
                    + LOST + " timeouts must fit, so that " + LOST + " lost renewals do not end it");
        }
        if (driftBound < 0 || driftBound > 1) {
            throw new IllegalArgumentException("the clocks' drift bound is " + driftBound + ": give 0 to 1");
        }
    }

    /** @param driftBound {@code replication.clock-drift-bound} of the settings */
    public static LeaseTimes of(Config system, double driftBound) {
        Config config = system.getConfig("holdfast.lease");
        return new LeaseTimes(
                config.getDuration("lasting"),
                config.getDuration("renew-interval"),
                config.getDuration("operation-timeout"),
                config.getDuration("retry-interval"),
                driftBound);
    }
}
