package io.holdfast.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code persistence}.
 *
 * @param journal which of the two stores is used; the other section is typed and checked all the same
 * @param slowWrite after which a write to the journal is slow, and leaders hand over to other sites; the patience is in it
 */
public record PersistenceSettings(Journal journal, Duration slowWrite, Rocksdb rocksdb, Cassandra cassandra) {
    /** The kinds of journal. */
    public enum Journal {
        /** Embedded, one directory a node. */
        ROCKSDB,
        /** In a Cassandra of the site, a keyspace a site. */
        CASSANDRA
    }

    /**
     * Section {@code persistence.rocksdb}.
     *
     * @param dir absolute directory that holds the journal's own, {@code journal}
     * @param snapshotDir absolute directory that holds the snapshots' own, {@code snapshots}; may be the same
     * @param writeBufferBytes one buffer for writes that are not yet in a sorted file; up to three are used
     * @param diskReserveBytes where less is free on one of the two disks, writes that bring more data are refused; 0 for never
     */
    public record Rocksdb(Path dir, Path snapshotDir, long writeBufferBytes, long diskReserveBytes) {}

    /**
     * Section {@code persistence.cassandra}.
     *
     * @param contactPoints {@code host} or {@code host:port} of nodes in this site's data center
     * @param datacenter name of this site's data center in Cassandra
     * @param keyspace Cassandra keyspace of this site
     * @param username empty for none
     * @param password hidden in {@code toString}
     * @param requestTimeout after which a request to Cassandra has failed
     * @param snapshotChunkBytes size of the pieces in which snapshots are stored
     * @param tls encryption on the way to Cassandra
     */
    public record Cassandra(
            List<String> contactPoints,
            String datacenter,
            String keyspace,
            String username,
            Secret password,
            Duration requestTimeout,
            int snapshotChunkBytes,
            CassandraTls tls) {
        public Cassandra {
            contactPoints = List.copyOf(contactPoints);
        }
    }

    /**
     * Section {@code persistence.cassandra.tls}. Stores are PKCS12 or JKS files.
     *
     * @param enabled whether connections to Cassandra are encrypted
     * @param truststore authorities that are trusted; empty for the JVM's own
     * @param truststorePassword hidden in {@code toString}
     * @param keystore this client's certificate and key; empty for none
     * @param keystorePassword hidden in {@code toString}
     * @param verifyHost whether a server's certificate must name the host that was called
     */
    public record CassandraTls(
            boolean enabled,
            Optional<Path> truststore,
            Secret truststorePassword,
            Optional<Path> keystore,
            Secret keystorePassword,
            boolean verifyHost) {}

    /** A value that must not appear in logs. */
    public record Secret(String reveal) {
        @Override
        public String toString() {
            return "(hidden)";
        }
    }
}
