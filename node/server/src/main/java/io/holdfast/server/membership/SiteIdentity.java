package io.holdfast.server.membership;

/**
 * This site's storage and the cluster it belongs to.
 *
 * @param identity of the storage: random, written once into it, and lost with it. Never 0
 */
public record SiteIdentity(long identity, Genesis genesis) {}
