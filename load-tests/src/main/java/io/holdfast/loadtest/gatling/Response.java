package io.holdfast.loadtest.gatling;

import java.util.Optional;

/**
 * A request that has ended.
 *
 * @param intendedNanos when it was due, as of {@link System#nanoTime}
 * @param endNanos when its answer was there
 * @param failure empty if it went well; else what the report says, the same text for the same kind of failure
 */
public record Response(String request, long intendedNanos, long endNanos, Optional<String> failure) {
    public long nanos() {
        return endNanos - intendedNanos;
    }
}
