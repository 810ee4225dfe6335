package io.holdfast.server.serial;

/**
 * Is written to a journal or a snapshot, and must be readable for ever: a version byte first, a codec written by hand, and a
 * test that holds its bytes.
 */
public interface DurableRecord {}
