package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a new keyspace shall be like. What is left out is the server's default.
 *
 * @param partitions 1 to 1024
 * @param tolerates sites that may be lost: level f needs 2f+1 sites
 * @param history how long old versions stay readable: 1 ms to 24 h
 */
public record KeyspaceSettings(OptionalInt partitions, OptionalInt tolerates, Optional<Duration> history) {
    /** The server's defaults. */
    public static final KeyspaceSettings DEFAULT =
            new KeyspaceSettings(OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

    private static final Duration MAX_HISTORY = Duration.ofHours(24);

    public KeyspaceSettings {
        if (partitions.isPresent() && (partitions.getAsInt() < 1 || partitions.getAsInt() > Limits.MAX_PARTITIONS)) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "A keyspace has 1 to " + Limits.MAX_PARTITIONS + " partitions, not " + partitions.getAsInt() + ".");
        }
        if (tolerates.isPresent() && tolerates.getAsInt() < 0) {
            throw new InvalidRequestException(
                    Reason.TOLERANCE_NOT_POSSIBLE,
                    "A keyspace cannot tolerate the loss of " + tolerates.getAsInt() + " sites: give 0 or more.");
        }
        if (history.isPresent() && history.get().compareTo(Duration.ofMillis(1)) < 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "The history of a keyspace is at least 1 ms, not " + history.get() + ".");
        }
        if (history.isPresent() && history.get().compareTo(MAX_HISTORY) > 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "The history of a keyspace is at most " + MAX_HISTORY.toHours() + " h, not " + history.get() + ".");
        }
    }

    public KeyspaceSettings withPartitions(int count) {
        return new KeyspaceSettings(OptionalInt.of(count), tolerates, history);
    }

    public KeyspaceSettings withTolerates(int sites) {
        return new KeyspaceSettings(partitions, OptionalInt.of(sites), history);
    }

    public KeyspaceSettings withHistory(Duration window) {
        return new KeyspaceSettings(partitions, tolerates, Optional.of(window));
    }
}
