package io.holdfast.persistence.cassandra;

import java.util.List;
import java.util.Set;

/** The tables of a site's keyspace. Fixed for ever under their names: a change is a new table, or a new column. */
final class CassandraSchema {
    /** What the row {@code format} of {@code storage} says; a program refuses a higher one. */
    static final int FORMAT = 1;

    static final Set<String> TABLES =
            Set.of("messages", "metadata", "fences", "snapshots", "snapshot_chunks", "cells", "storage");

    private CassandraSchema() {}

    static String keyspace(String keyspace, String datacenter, int copies) {
        return "CREATE KEYSPACE IF NOT EXISTS " + keyspace
                + " WITH replication = {'class': 'NetworkTopologyStrategy', '" + datacenter.replace("'", "''") + "': "
                + copies + "}";
    }

    /** In the order of creation. The first two are those of pekko-persistence-cassandra 1.1. */
    static List<String> tables(String keyspace) {
        String create = "CREATE TABLE IF NOT EXISTS " + keyspace + ".";
        return List.of(
                create + "messages (persistence_id text, partition_nr bigint, sequence_nr bigint, timestamp timeuuid,"
                        + " timebucket text, writer_uuid text, ser_id int, ser_manifest text, event_manifest text,"
                        + " event blob, meta_ser_id int, meta_ser_manifest text, meta blob, tags set<text>,"
                        + " PRIMARY KEY ((persistence_id, partition_nr), sequence_nr, timestamp))"
                        + " WITH compaction = {'class': 'SizeTieredCompactionStrategy'}",
                create + "metadata (persistence_id text PRIMARY KEY, deleted_to bigint, properties map<text, text>)",
                create + "fences (persistence_id text PRIMARY KEY, fence bigint)",
                create + "snapshots (persistence_id text, sequence_nr bigint, save_id timeuuid, complete boolean,"
                        + " chunks int, header blob, PRIMARY KEY (persistence_id, sequence_nr, save_id))",
                create + "snapshot_chunks (persistence_id text, save_id timeuuid, segment int, chunk int, bytes blob,"
                        + " PRIMARY KEY ((persistence_id, save_id, segment), chunk))",
                create + "cells (name text PRIMARY KEY, version bigint, value blob)",
                create + "storage (name text PRIMARY KEY, value blob)");
    }
}
