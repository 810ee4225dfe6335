package io.holdfast.core.store;

/**
 * Names a write for ever: a retry carries the same one, and the partition applies it once.
 *
 * @param client random, one per client process
 * @param sequence 1, 2, 3 … per client
 */
public record WriteId(long client, long sequence) {}
