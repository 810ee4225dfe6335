package io.holdfast.persistence.cassandra;

import static io.holdfast.persistence.PluginProbe.atomic;
import static io.holdfast.persistence.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.PluginProbe;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.PersistentRepr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the plugins while their Cassandra stands still, and when it is another one than before. */
class CassandraTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ActorSystem system;
    private PluginProbe probe;

    private void start(Config config) {
        system = ActorSystem.create("trouble", config);
        probe = new PluginProbe(system);
    }

    @AfterEach
    void stop() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    private StorageHealth.State state() {
        return CassandraStorage.get(system).health().state();
    }

    private static void signal(String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "kill",
                                "-" + signal,
                                String.valueOf(TestCassandra.shared().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void writesFailWhileCassandraStandsStillAndGoOnByThemselves() throws Exception {
        start(ConfigFactory.parseString("holdfast.persistence.cassandra.driver.basic.request.timeout = 1 s")
                .withFallback(TestCassandra.ready()));
        probe.write(atomic(repr("a", 1, "e1")));
        signal("STOP");
        try {
            assertThat(probe.write(atomic(repr("a", 2, "late"))).get(0))
                    .isInstanceOf(JournalProtocol.WriteMessagesFailed.class);
            assertThat(state()).isEqualTo(StorageHealth.State.FAILED);
        } finally {
            signal("CONT");
        }
        await().atMost(PATIENCE).until(() -> state() == StorageHealth.State.OK);
        // The late write has come or has not; what is read now stands, and goes on from there.
        int read = probe.replay("a", 1, 10, 10).size();
        assertThat(read).isBetween(1, 2);
        probe.write(atomic(repr("a", read + 1, "next")));
        assertThat(probe.replay("a", 1, 10, 10))
                .hasSize(read + 1)
                .last()
                .extracting(PersistentRepr::payload)
                .isEqualTo("next");
    }

    @Test
    void aKeyspaceThatWasReplacedUnderARunningNodeIsNeitherReadNorWritten() {
        Config config = TestCassandra.withSchema("replaced");
        start(config);
        probe.write(atomic(repr("a", 1, "e1")));
        assertThat(probe.replay("a", 1, 10, 10)).hasSize(1);
        try (var site = SiteCassandra.connect(config)) {
            site.replaceSchema(1);
        }
        await().atMost(PATIENCE).until(() -> state() == StorageHealth.State.CORRUPT);
        assertThat(CassandraStorage.get(system).health().message()).contains("replaced");
        assertThatThrownBy(() -> probe.replay("a", 1, 10, 10)).isInstanceOf(StorageException.Corrupt.class);
        assertThat(probe.write(atomic(repr("a", 2, "e2"))).get(0))
                .isInstanceOf(JournalProtocol.WriteMessagesFailed.class);
        assertThat(state()).as("for good").isEqualTo(StorageHealth.State.CORRUPT);
        stop();
        start(config);
        assertThat(probe.replay("a", 1, 10, 10)).as("another storage, empty").isEmpty();
        assertThat(probe.highest).isZero();
    }
}
