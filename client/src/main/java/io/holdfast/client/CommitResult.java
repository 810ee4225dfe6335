package io.holdfast.client;

/**
 * How a transaction that was not refused ended.
 *
 * @param timestamp at which it is committed: the version of everything that it wrote, good for {@link ReadOptions#at}. 0 for a
 *     transaction that only read, where nothing needs one
 */
public record CommitResult(long timestamp) {}
