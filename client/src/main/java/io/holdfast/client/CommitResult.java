package io.holdfast.client;

/**
 * How a transaction that was not refused ended.
 *
 * @param timestamp at which it is committed: the version of everything that it wrote, good for {@link ReadOptions#at}. Of a
 *     transaction that only read: a timestamp at which all that it read stood, or 0 if it read in several partitions or nothing
 */
public record CommitResult(long timestamp) {}
