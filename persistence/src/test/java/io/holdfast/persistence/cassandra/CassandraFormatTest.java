package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What lies in the Cassandra of some site already must never change. */
class CassandraFormatTest {
    @Test
    void tablesOfFormatOneStayAsTheyAre() {
        assertThat(CassandraSchema.FORMAT).isEqualTo(1);
        assertThat(CassandraSchema.tables("k"))
                .containsExactly(
                        "CREATE TABLE IF NOT EXISTS k.messages (persistence_id text, partition_nr bigint, sequence_nr bigint,"
                                + " timestamp timeuuid, timebucket text, writer_uuid text, ser_id int, ser_manifest text,"
                                + " event_manifest text, event blob, meta_ser_id int, meta_ser_manifest text, meta blob,"
                                + " tags set<text>, PRIMARY KEY ((persistence_id, partition_nr), sequence_nr, timestamp))"
                                + " WITH compaction = {'class': 'SizeTieredCompactionStrategy'}",
                        "CREATE TABLE IF NOT EXISTS k.metadata (persistence_id text PRIMARY KEY, deleted_to bigint,"
                                + " properties map<text, text>)",
                        "CREATE TABLE IF NOT EXISTS k.fences (persistence_id text PRIMARY KEY, fence bigint)",
                        "CREATE TABLE IF NOT EXISTS k.snapshots (persistence_id text, sequence_nr bigint, save_id timeuuid,"
                                + " complete boolean, chunks int, header blob, PRIMARY KEY (persistence_id, sequence_nr,"
                                + " save_id))",
                        "CREATE TABLE IF NOT EXISTS k.snapshot_chunks (persistence_id text, save_id timeuuid, segment int,"
                                + " chunk int, bytes blob, PRIMARY KEY ((persistence_id, save_id, segment), chunk))",
                        "CREATE TABLE IF NOT EXISTS k.cells (name text PRIMARY KEY, version bigint, value blob)",
                        "CREATE TABLE IF NOT EXISTS k.storage (name text PRIMARY KEY, value blob)");
    }

    @Test
    void aSealedEventIsItsBytesUnderAFixedSerializer() {
        var serializer = new SealedEventSerializer();
        byte[] bytes = {1, 2, 3};
        assertThat(serializer.identifier()).isEqualTo(740_010);
        assertThat(serializer.toBinary(new SealedEvent(bytes))).isEqualTo(bytes);
        assertThat(serializer.fromBinary(bytes)).isEqualTo(new SealedEvent(bytes));
    }
}
