package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How one read is to be done. What is left out is the client's default ({@link ClientOptions}).
 *
 * @param deadline how long the caller waits, retries included: 1 ms to 5 minutes
 * @param maxStaleness zero: linearizable. Else the nearest site may answer with a state that is at most this old
 */
public record ReadOptions(Optional<Duration> deadline, Optional<Duration> maxStaleness) {
    /** The client's defaults. */
    public static final ReadOptions DEFAULT = new ReadOptions(Optional.empty(), Optional.empty());
    /** Sees every write that was acknowledged before the read began. */
    public static final ReadOptions LINEARIZABLE = new ReadOptions(Optional.empty(), Optional.of(Duration.ZERO));

    public ReadOptions {
        deadline.ifPresent(Limits::checkDeadline);
        maxStaleness.ifPresent(Limits::checkStaleness);
    }

    /** Answered by the nearest site, at most so old. */
    public static ReadOptions maxStaleness(Duration age) {
        return new ReadOptions(Optional.empty(), Optional.of(age));
    }

    public ReadOptions withDeadline(Duration wait) {
        return new ReadOptions(Optional.of(wait), maxStaleness);
    }
}
