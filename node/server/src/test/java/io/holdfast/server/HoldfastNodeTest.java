package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig.Hosting;
import io.holdfast.config.SettingsException;
import io.holdfast.persistence.cells.SharedCells;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldfastNodeTest {
    @TempDir
    Path dir;

    private final int port = FreePorts.row(10);

    /** Of a cluster of one node. */
    private HoldfastSettings alone(String more) {
        return HoldfastSettings.parse(
                "site { name = a, data-dir = \"" + dir + "\" }, tolerance.sites = 0\n"
                        + "sites.a { hosts = [\"127.0.0.1\"], port = " + port + " }\n"
                        + "persistence.rocksdb.disk-reserve = 0\n"
                        + "pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n" + more,
                "test settings");
    }

    private static void end(HoldfastNode node) {
        node.kill();
        assertThat(node.terminated().toCompletableFuture()).succeedsWithin(Sites.PATIENCE);
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
    }

    /** A supervisor that looks now and then would otherwise never learn of it on a busy machine. */
    @Test
    void whoLooksAtANodeThatHasEndedSeesItAtOnce() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.start("a");
            HoldfastNode node = sites.node("a");
            sites.kill("a");
            node.terminated().toCompletableFuture().join();
            for (int i = 0; i < 1_000; i++) {
                assertThat(node.terminated().toCompletableFuture()).isDone();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsToldAndNothingStaysOpen() throws IOException {
        for (int taken : new int[] {port, port + 1, port + 2}) {
            try (var other = listen(taken)) {
                assertThatThrownBy(() -> HoldfastNode.start(alone(""), Hosting.SHARED_JVM))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("port " + other.getLocalPort() + " on 127.0.0.1")
                        .hasMessageContaining("in use")
                        .hasMessageContaining("end the program that uses it");
            }
            if (taken != port) {
                listen(port).close();
            }
        }
    }

    @Test
    void whatPekkoCannotReadIsAMistakeInTheSettingsAndNothingStaysOpen() throws IOException {
        for (String wrong : new String[] {"pekko.cluster.gossip-interval = banana", "pekko.cluster.roles = {}"}) {
            assertThatThrownBy(() -> HoldfastNode.start(alone(wrong), Hosting.SHARED_JVM))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("(test settings:5)");
            listen(port).close();
        }
    }

    @Test
    void whoeverFailsDuringTheStartNothingStaysOpen() throws IOException {
        assertThatThrownBy(() -> HoldfastNode.start(alone(""), Hosting.SHARED_JVM, system -> {
                    throw new IllegalStateException("no store");
                }))
                .hasMessage("no store");
        listen(port).close();
        await().atMost(Sites.PATIENCE).untilAsserted(() -> listen(port + 1).close());
    }

    @Test
    void aNodeIsWiredApartFromTheThreadsOfHeartbeats() throws IOException {
        HoldfastNode node = HoldfastNode.start(alone(""), Hosting.SHARED_JVM);
        try {
            var wiring = new CompletableFuture<String>();
            node.registry()
                    .onKeyspace(
                            catalog -> wiring.complete(Thread.currentThread().getName()));
            assertThat(wiring)
                    .succeedsWithin(Sites.PATIENCE)
                    .asString()
                    .contains("default-dispatcher")
                    .doesNotContain("internal");
        } finally {
            end(node);
        }
    }

    /** Cells of which none can be changed, so that no replica starts. */
    private static final class Stuck implements SharedCells {
        @Override
        public CompletionStage<Optional<Cell>> read(String name) {
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public CompletionStage<Optional<Cell>> glance(String name) {
            return read(name);
        }

        @Override
        public CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value) {
            return new CompletableFuture<>();
        }
    }

    @Test
    void aNodeThatEndsBeforeTheCatalogIsLedHasNotBecomeReady() throws IOException {
        HoldfastNode node = HoldfastNode.start(alone(""), Hosting.SHARED_JVM, system -> Optional.of(new Stuck()));
        await().atMost(Sites.PATIENCE).untilAsserted(() -> assertThat(node.system()
                        .classicSystem()
                        .actorSelection("/system/holdfast-replica-keeper")
                        .resolveOne(Duration.ofSeconds(1))
                        .toCompletableFuture())
                .succeedsWithin(2, TimeUnit.SECONDS));
        assertThat(node.ready().toCompletableFuture()).isNotDone();
        end(node);
        assertThat(node.ready().toCompletableFuture())
                .failsWithin(Sites.PATIENCE)
                .withThrowableThat()
                .withMessageContaining("stopped before");
    }

    @Test
    void whoHasNobodyToHandOverToStopsAtOnce() throws IOException {
        HoldfastNode node = HoldfastNode.start(alone(""), Hosting.SHARED_JVM);
        try {
            assertThat(node.ready().toCompletableFuture()).succeedsWithin(Sites.PATIENCE);
            var handedOver = new CompletableFuture<Done>();
            CoordinatedShutdown.get(node.system())
                    .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "look-when-it-is-reached", () -> {
                        handedOver.complete(Done.done());
                        return handedOver;
                    });
            node.stop();
            assertThat(handedOver).succeedsWithin(2, TimeUnit.SECONDS);
        } finally {
            end(node);
        }
    }
}
