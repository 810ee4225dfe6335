package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How one read is to be done. What is left out is the client's default ({@link ClientOptions}).
 *
 * @param deadline how long the caller waits, retries included: 1 ms to 5 minutes
 * @param at the timestamp for which to answer; empty: now
 * @param maxStaleness zero: linearizable. Else the nearest site may answer with a state that is at most this old
 */
public record ReadOptions(Optional<Duration> deadline, Optional<Duration> maxStaleness, OptionalLong at) {
    /** The client's defaults. */
    public static final ReadOptions DEFAULT = new ReadOptions(Optional.empty(), Optional.empty(), OptionalLong.empty());
    /** Sees every write that was acknowledged before the read began. */
    public static final ReadOptions LINEARIZABLE =
            new ReadOptions(Optional.empty(), Optional.of(Duration.ZERO), OptionalLong.empty());

    public ReadOptions {
        deadline.ifPresent(Limits::checkDeadline);
        maxStaleness.ifPresent(Limits::checkStaleness);
        if (at.isPresent() && at.getAsLong() <= 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "The timestamp " + at.getAsLong()
                            + " is none that Holdfast gave: use a version or a commit timestamp.");
        }
    }

    /** Answered by the nearest site, at most so old. */
    public static ReadOptions maxStaleness(Duration age) {
        return new ReadOptions(Optional.empty(), Optional.of(age), OptionalLong.empty());
    }

    /**
     * As it stood at a timestamp: a version that a read or write returned, or a commit's. Fails with {@link Reason#HISTORY_GONE} if
     * that is longer ago than the keyspace's history.
     */
    public static ReadOptions at(long timestamp) {
        return new ReadOptions(Optional.empty(), Optional.of(Duration.ZERO), OptionalLong.of(timestamp));
    }

    public ReadOptions withDeadline(Duration wait) {
        return new ReadOptions(Optional.of(wait), maxStaleness, at);
    }
}
