package io.holdfast.config;

import java.nio.file.Path;
import java.util.List;

/**
 * Section {@code persistence}.
 *
 * @param journal which of the two stores is used; the other section is typed and checked all the same
 */
public record PersistenceSettings(Journal journal, Rocksdb rocksdb, Cassandra cassandra) {
    /** The kinds of journal. */
    public enum Journal {
        /** Embedded, one directory a node. */
        ROCKSDB,
        /** A Cassandra data center a site. Not available in this version: selecting it is an error. */
        CASSANDRA
    }

    /**
     * Section {@code persistence.rocksdb}.
     *
     * @param dir absolute directory that holds the journal's own, {@code journal}
     * @param snapshotDir absolute directory that holds the snapshots' own, {@code snapshots}; may be the same
     * @param writeBufferBytes one buffer for writes that are not yet in a sorted file; up to three are used
     */
    public record Rocksdb(Path dir, Path snapshotDir, long writeBufferBytes) {}

    /**
     * Section {@code persistence.cassandra}.
     *
     * @param contactPoints {@code host} or {@code host:port} of nodes in this site's data center
     * @param datacenter name of this site's data center in Cassandra
     * @param keyspace Cassandra keyspace of this site
     * @param username empty for none
     * @param password hidden in {@code toString}
     */
    public record Cassandra(
            List<String> contactPoints, String datacenter, String keyspace, String username, Secret password) {
        public Cassandra {
            contactPoints = List.copyOf(contactPoints);
        }
    }

    /** A value that must not appear in logs. */
    public record Secret(String reveal) {
        @Override
        public String toString() {
            return "(hidden)";
        }
    }
}
