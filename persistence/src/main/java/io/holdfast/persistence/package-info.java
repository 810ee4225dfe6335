/** What the two storages, RocksDB and Cassandra, have in common: durable formats, health, errors, Pekko's contracts. */
package io.holdfast.persistence;
