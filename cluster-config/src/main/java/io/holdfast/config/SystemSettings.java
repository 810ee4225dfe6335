package io.holdfast.config;

/**
 * Section {@code system}: the endpoint that tells a node's status to its operator.
 *
 * @param host address it listens on
 * @param port TCP port it listens on
 */
public record SystemSettings(String host, int port) {}
