package io.holdfast.server.serial;

/** Travels between nodes of one running cluster. Encoded with Kryo by fixed class ids; never stored. */
public interface WireMessage {}
