/**
 * Pekko's journal and snapshot store in a Cassandra of the site. The journal is pekko-persistence-cassandra with guards
 * around it ({@code CassandraSiteJournal}); the snapshot store is our own, because snapshots have many MiB.
 *
 * <p>It knows nothing of replication. What it promises is what the storage over RocksDB promises: what it confirmed is kept
 * (at a quorum of the site's Cassandra), and what cannot be read back exactly is an error, never silently older or shorter data.
 */
package io.holdfast.persistence.cassandra;
