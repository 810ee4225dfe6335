/**
 * A Pekko Persistence journal and snapshot store for one machine: events in RocksDB with one group commit for all
 * persistence ids, snapshots in checksummed files.
 *
 * <p>It knows nothing of replication. What it promises is Pekko's plugin contract and one more thing: whatever it
 * confirmed has reached the disk (fsync), and whatever it cannot read back exactly is an error, never silently older or
 * shorter data. Everything written here stays readable for ever; see {@code EventRecord}, {@code StreamRecord} and {@code
 * SnapshotFile} for the formats.
 */
package io.holdfast.persistence.rocksdb;
