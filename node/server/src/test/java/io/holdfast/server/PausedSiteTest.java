package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.LocalLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes, of which the one that leads is stopped (SIGSTOP) and goes on later, with all the messages and the clock that it
 * missed. It must not answer a single read from the past, and must come back by itself.
 */
class PausedSiteTest {
    /** Long enough for leases, elections and the failure detector to have run their course many times over. */
    private static final Duration PAUSE = Duration.ofSeconds(20);

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path dir;

    @Test
    void aLeaderThatWasStoppedNeverAnswersFromThePast() throws Exception {
        var layout = new LocalLayout(3, FreePorts.row(30), dir);
        try (LocalCluster cluster = LocalCluster.start(layout, Map.of("HOLDFAST_HEAP", "256m"), line -> {})) {
            cluster.awaitServing(PATIENCE);
            try (HoldfastClient client = HoldfastClient.connect(layout.endpointsFrom("a"))) {
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(1));
                var endpoints = new HashMap<String, String>();
                layout.names().forEach(site -> endpoints.put(site, layout.endpoint(site)));
                try (CounterHistory history = new CounterHistory(client, "shop", "counter", endpoints)) {
                    pauseTheLeader(cluster, client, history);
                    history.assertNothingStale();
                }
            }
        }
    }

    private static void pauseTheLeader(LocalCluster cluster, HoldfastClient client, CounterHistory history)
            throws Exception {
        await().atMost(PATIENCE).until(() -> history.acknowledged() > 100);
        String leader = client.admin().routes().getKeyspaces(0).getLeaders(0);
        assertThat(leader).isNotEmpty();
        signal("STOP", cluster.pid(leader));
        long stoppedAt = System.nanoTime();
        long before = history.acknowledged();
        await().atMost(PATIENCE).until(() -> history.acknowledged() > before + 100);
        await().atMost(PATIENCE).until(() -> System.nanoTime() - stoppedAt >= PAUSE.toNanos());
        long answered = history.answered(leader);
        signal("CONT", cluster.pid(leader));
        await().atMost(PATIENCE).until(() -> history.answered(leader) > answered + 100);
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
