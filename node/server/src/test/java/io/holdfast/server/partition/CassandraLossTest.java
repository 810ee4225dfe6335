package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.WriteId;
import io.holdfast.persistence.cassandra.SiteCassandra;
import io.holdfast.server.TestCassandra;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three replicas of which one has its journal in Cassandra, and that is lost. */
class CassandraLossTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CASSANDRA_SITE = "c";

    @TempDir
    Path dir;

    private ReplicaGroup group;
    private long written;

    @BeforeEach
    void start() {
        JournalKind rocksdb = JournalKind.rocksdb(dir);
        group = new ReplicaGroup(
                site -> (site.equals(CASSANDRA_SITE) ? JournalKind.CASSANDRA : rocksdb).of(site),
                List.of("a", "b", CASSANDRA_SITE));
        group.sites().forEach(group::start);
    }

    @AfterEach
    void stop() {
        group.close();
    }

    @Test
    void theOthersCarryOnAndItsReplicaIsBackWhenCassandraIs() {
        write(10);
        await().atMost(PATIENCE).until(this::hasCaughtUp);
        TestCassandra.standStill();
        try {
            write(10);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(group.view(CASSANDRA_SITE))
                    .as("it has stepped down and waits for its journal")
                    .isEmpty());
            write(10);
        } finally {
            TestCassandra.goOn();
        }
        await().atMost(PATIENCE).until(this::hasCaughtUp);
        assertThat(group.view(CASSANDRA_SITE).orElseThrow().keys()).isEqualTo(30);
    }

    @Test
    void aReplicaWhoseKeyspaceWasReplacedIsRebuiltAsAnotherOne() {
        write(20);
        await().atMost(PATIENCE).until(this::hasCaughtUp);
        group.kill(CASSANDRA_SITE);
        try (var site =
                SiteCassandra.connect(JournalKind.CASSANDRA.of(CASSANDRA_SITE).withFallback(ConfigFactory.load()))) {
            site.replaceSchema(1);
        }
        write(5);
        long another = 4711;
        group.start(CASSANDRA_SITE, another);
        await().atMost(PATIENCE).until(this::hasCaughtUp);
        await().atMost(PATIENCE).until(() -> group.view(group.awaitLeader())
                .filter(view -> view.membership().identities().get(new SiteId(CASSANDRA_SITE)) == another)
                .isPresent());
        assertThat(group.view(CASSANDRA_SITE).orElseThrow().keys()).isEqualTo(25);
    }

    private boolean hasCaughtUp() {
        long commit =
                group.view(group.awaitLeader()).map(PartitionView::commitIndex).orElse(0L);
        return commit > 0
                && group.view(CASSANDRA_SITE)
                        .filter(view -> view.commitIndex() >= commit)
                        .isPresent();
    }

    /** So many new keys, each acknowledged by a majority. */
    private void write(int keys) {
        for (int i = 0; i < keys; i++) {
            long sequence = ++written;
            var put = new Command.Put(Bytes.utf8("key" + sequence), Bytes.utf8("value"), Condition.NONE);
            var command = new Command(new WriteId(7, sequence), sequence, Long.MAX_VALUE, put);
            await().atMost(PATIENCE).until(() -> group.ask((id, replyTo) ->
                            new ReplicaMessage.Write(id, replyTo, WriteConcern.MAJORITY, 1000, List.of(command)))
                    .filter(Reply.Written.class::isInstance)
                    .isPresent());
        }
    }
}
