package io.holdfast.core;

/**
 * The time at which a step happens, given by the driver: the core itself has no clock.
 *
 * @param nanos monotonic, positive, never goes back within one life of the driver; leases and timeouts use only
 *     this one
 * @param wallMillis wall clock, milliseconds since 1970; may jump; only timestamps of versions come from it
 */
public record Now(long nanos, long wallMillis) {}
