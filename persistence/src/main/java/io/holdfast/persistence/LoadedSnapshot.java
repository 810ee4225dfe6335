package io.holdfast.persistence;

/** A snapshot as it was read, checked against its header. */
public record LoadedSnapshot(SnapshotHeader header, SerializedObject content) {}
