package io.holdfast.server.gateway;

/** An operation and how it ended. */
public record Answer(Operation operation, Result result) {}
