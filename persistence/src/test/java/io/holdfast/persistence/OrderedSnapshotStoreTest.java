package io.holdfast.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderedSnapshotStoreTest {
    private static volatile CompletableFuture<Void> disk;
    private static final AtomicInteger BEGUN = new AtomicInteger();

    private ActorSystem system;
    private PluginProbe probe;

    /** Whose disk is the test's. */
    public static final class Store extends OrderedSnapshotStore {
        public Store() {
            super("holdfast.persistence.rocksdb.snapshot-dispatcher");
        }

        @Override
        protected CompletionStage<Optional<LoadedSnapshot>> loadSnapshot(
                String persistenceId, SnapshotSelectionCriteria criteria) {
            return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        protected CompletionStage<Void> storeSnapshot(SnapshotHeader header, byte[] content) {
            BEGUN.incrementAndGet();
            return disk;
        }

        @Override
        protected CompletionStage<Void> deleteSnapshot(String persistenceId, long sequenceNr, long timestamp) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        protected CompletionStage<Void> deleteSnapshots(String persistenceId, SnapshotSelectionCriteria criteria) {
            return CompletableFuture.completedStage(null);
        }
    }

    @BeforeEach
    void start() {
        disk = new CompletableFuture<>();
        BEGUN.set(0);
        var config = ConfigFactory.parseString("stuck.class = \"" + Store.class.getName() + "\"\n"
                        + "pekko.persistence.journal.plugin = pekko.persistence.journal.inmem\n"
                        + "pekko.persistence.snapshot-store.plugin = stuck\n"
                        + "pekko.loglevel = ERROR")
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create("stuck", config);
        probe = new PluginProbe(system);
    }

    @AfterEach
    void stop() {
        TestKit.shutdownActorSystem(system);
    }

    @Test
    void aDiskThatStandsStillHoldsOnlySoManySnapshots() {
        for (int number = 1; number <= 8; number++) {
            probe.saveLater(SnapshotMetadata.apply("a", number), "state");
        }
        await().until(() -> BEGUN.get() == 1);

        assertThat(probe.save(SnapshotMetadata.apply("a", 9), "state"))
                .isInstanceOfSatisfying(SaveSnapshotFailure.class, failure -> assertThat(failure.cause())
                        .hasMessageContaining("Snapshot 9 of a was not begun: 8 others of it have not ended"));
        assertThat(BEGUN).as("one at a time").hasValue(1);

        disk.complete(null);
        assertThat(probe.receiveN(8, Duration.ofSeconds(20))).allMatch(SaveSnapshotSuccess.class::isInstance);
        assertThat(BEGUN).hasValue(8);
        assertThat(probe.save(SnapshotMetadata.apply("a", 10), "state")).isInstanceOf(SaveSnapshotSuccess.class);
    }

    @Test
    void othersAreNotHeldUp() {
        for (int number = 1; number <= 8; number++) {
            probe.saveLater(SnapshotMetadata.apply("a", number), "state");
        }
        probe.saveLater(SnapshotMetadata.apply("b", 1), "state");

        await().until(() -> BEGUN.get() == 2);
    }
}
