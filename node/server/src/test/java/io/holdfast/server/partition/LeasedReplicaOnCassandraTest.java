package io.holdfast.server.partition;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.holdfast.server.TestCassandra;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** As at a site of several nodes, which keep their journals in one Cassandra. */
class LeasedReplicaOnCassandraTest extends LeasedReplicas {
    @Override
    JournalKind journals() {
        return JournalKind.CASSANDRA;
    }

    @Test
    void anEventThatTwoHaveWrittenMakesTheReplicaANewOneThatTheLeaderFills() {
        isRebuiltAfter(LeasedReplicaOnCassandraTest::writeLastEventAgain);
    }

    @Test
    void aHoleAmongItsEventsMakesTheReplicaANewOneThatTheLeaderFills() {
        isRebuiltAfter(LeasedReplicaOnCassandraTest::deleteLastEventButOne);
    }

    private static void deleteLastEventButOne(String journal) {
        onSiteA(session -> session.execute(
                "DELETE FROM site_a.messages WHERE persistence_id = ? AND partition_nr = 0 AND sequence_nr = ?",
                journal,
                last(session, journal).getLong("sequence_nr") - 1));
    }

    private static Row last(CqlSession session, String journal) {
        return session.execute(
                        "SELECT * FROM site_a.messages WHERE persistence_id = ? AND partition_nr = 0"
                                + " ORDER BY sequence_nr DESC LIMIT 1",
                        journal)
                .one();
    }

    private static void onSiteA(Consumer<CqlSession> work) {
        String[] endpoint = TestCassandra.shared().endpoint().split(":");
        try (CqlSession session = CqlSession.builder()
                .addContactPoint(new InetSocketAddress(endpoint[0], Integer.parseInt(endpoint[1])))
                .withLocalDatacenter("datacenter1")
                .build()) {
            work.accept(session);
        }
    }

    /** As another life of the replica would that has written at the same time. */
    private static void writeLastEventAgain(String journal) {
        onSiteA(session -> {
            Row last = last(session, journal);
            session.execute(
                    "INSERT INTO site_a.messages (persistence_id, partition_nr, sequence_nr, timestamp, writer_uuid,"
                            + " ser_id, ser_manifest, event_manifest, event) VALUES (?, 0, ?, ?, 'another', ?, '', '', ?)",
                    journal,
                    last.getLong("sequence_nr"),
                    Uuids.timeBased(),
                    last.getInt("ser_id"),
                    last.getByteBuffer("event"));
        });
    }
}
