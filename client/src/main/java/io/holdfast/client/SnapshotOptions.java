package io.holdfast.client;

import java.time.Duration;

/**
 * How a snapshot is to be taken.
 *
 * @param maxStaleness zero: of about now. Else it may be so old, and the nearest site answers its reads as soon as it has come so far:
 *     250 ms is enough for that in a healthy cluster
 */
public record SnapshotOptions(Duration maxStaleness) {
    /** Of about now. */
    public static final SnapshotOptions NOW = new SnapshotOptions(Duration.ZERO);
    /** Answered by the nearest site of a healthy cluster. */
    public static final SnapshotOptions NEARBY = new SnapshotOptions(Duration.ofMillis(250));

    public SnapshotOptions {
        Limits.checkStaleness(maxStaleness);
    }
}
