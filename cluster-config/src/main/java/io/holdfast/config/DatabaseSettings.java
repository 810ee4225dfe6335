package io.holdfast.config;

import java.time.Duration;

/**
 * Section {@code database}: what a keyspace gets that is created without saying otherwise.
 *
 * @param partitions number of partitions, 1 to 1024
 * @param history how long old versions of a key stay readable
 */
public record DatabaseSettings(int partitions, Duration history) {}
