package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a snapshot is to be taken and read.
 *
 * @param maxStaleness zero: of about now. Else it may be so old, 1 ms to 1 day, and the nearest site answers its reads as soon as it has
 *     come so far: 250 ms is enough for that in a healthy cluster
 * @param deadline how long the caller waits for the snapshot's timestamp, and for each read of it, retries included: 1 ms to 5 minutes.
 *     Empty: the client's default ({@link ClientOptions})
 */
public record SnapshotOptions(Duration maxStaleness, Optional<Duration> deadline) {
    /** Of about now. */
    public static final SnapshotOptions NOW = new SnapshotOptions(Duration.ZERO, Optional.empty());
    /** Answered by the nearest site of a healthy cluster. */
    public static final SnapshotOptions NEARBY = new SnapshotOptions(Duration.ofMillis(250), Optional.empty());

    public SnapshotOptions {
        Limits.checkStaleness(maxStaleness);
        deadline.ifPresent(Limits::checkDeadline);
    }

    public SnapshotOptions withMaxStaleness(Duration age) {
        return new SnapshotOptions(age, deadline);
    }

    public SnapshotOptions withDeadline(Duration wait) {
        return new SnapshotOptions(maxStaleness, Optional.of(wait));
    }
}
