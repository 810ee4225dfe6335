package io.holdfast.client;

/**
 * What a write did.
 *
 * @param applied false: its condition did not hold, and nothing was written
 * @param version the version written, if applied; else the version found, 0 for an absent key. For a delete that was
 *     applied: the version at which the key ended, or 0 if there was no such key. For a put with {@link WriteConcern#ONE} that was
 *     acknowledged before a majority of the sites held it: 0, because its version is not certain yet; read the key, or write with
 *     {@link WriteConcern#MAJORITY}, where a version is needed
 */
public record WriteResult(boolean applied, long version) {}
