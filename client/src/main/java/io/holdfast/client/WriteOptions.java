package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How one write is to be done. What is left out is the client's default ({@link ClientOptions}).
 *
 * @param deadline how long the caller waits, retries included: 1 ms to 5 minutes
 */
public record WriteOptions(Optional<Duration> deadline, Optional<WriteConcern> concern) {
    /** The client's defaults. */
    public static final WriteOptions DEFAULT = new WriteOptions(Optional.empty(), Optional.empty());

    public WriteOptions {
        deadline.ifPresent(Limits::checkDeadline);
    }

    public WriteOptions withDeadline(Duration wait) {
        return new WriteOptions(Optional.of(wait), concern);
    }

    public WriteOptions withConcern(WriteConcern wanted) {
        return new WriteOptions(deadline, Optional.of(wanted));
    }
}
