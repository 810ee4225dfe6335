package io.holdfast.server.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.config.PersistenceSettings.Journal;
import io.holdfast.server.CounterHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes of one site on a real Cassandra. The one that has the only replica of a partition is stopped (SIGSTOP) past its lease, another one takes over,
 * and the old one goes on, with all that it had on its way. It must not acknowledge or answer anything any more: there is no other site whose vote would keep it from that.
 */
class PausedNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern TAKEN =
            Pattern.compile("shop/0: this node has taken the replica's lease, epoch (\\d+)");

    @TempDir
    Path dir;

    @Test
    void aNodeThatWasStoppedPastItsLeaseNeverSpeaksAgain() throws Exception {
        var layout = freeLayout();
        layout.writeConfigurations();
        // The simple compiler: on few cores the other one would take them from the nodes for a minute.
        var environment = Map.of("HOLDFAST_HEAP", "256m", "HOLDFAST_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        try (var cassandra = SupervisedCassandra.start(layout, line -> {});
                var cluster = LocalCluster.start(layout, environment, line -> {})) {
            assertThat(cassandra).isNotNull();
            cluster.awaitServing(PATIENCE.multipliedBy(2));
            try (HoldfastClient client = HoldfastClient.connect(layout.endpointsFrom("a1"))) {
                client.admin()
                        .createKeyspace(
                                "shop",
                                KeyspaceSettings.DEFAULT.withPartitions(1).withTolerates(0));
                var endpoints = new HashMap<String, String>();
                layout.names().forEach(node -> endpoints.put(node, layout.endpoint(node)));
                try (var history = new CounterHistory(client, "shop", "counter", endpoints)) {
                    await().atMost(PATIENCE).until(() -> history.acknowledged() > 100);
                    String holder = holder(layout);
                    long epoch = epoch(layout, holder);
                    long before = history.acknowledged();
                    signal("STOP", cluster.pid(holder));
                    await().atMost(PATIENCE).until(() -> !holder(layout).equals(holder));
                    assertThat(epoch(layout, holder(layout))).isGreaterThan(epoch);
                    await().atMost(PATIENCE).until(() -> history.acknowledged() > before + 100);
                    long answered = history.answered(holder);
                    signal("CONT", cluster.pid(holder));
                    // Given up by its site it ends, is started again, and serves as a node like any other.
                    await().atMost(PATIENCE).until(() -> history.answered(holder) > answered + 100);
                    history.assertNothingStale();
                }
            }
        }
    }

    private LocalLayout freeLayout() {
        int port = 21_000;
        while (new LocalLayout(1, 3, port, dir, SiteHosts.LOOPBACK, Journal.CASSANDRA)
                .takenPort()
                .isPresent()) {
            port += 200;
        }
        return new LocalLayout(1, 3, port, dir, SiteHosts.LOOPBACK, Journal.CASSANDRA);
    }

    /** The node that took the lease last. */
    private static String holder(LocalLayout layout) {
        return layout.names().stream()
                .max(Comparator.comparingLong(node -> epoch(layout, node)))
                .orElseThrow();
    }

    private static long epoch(LocalLayout layout, String node) {
        Matcher taken = TAKEN.matcher(layout.logSince(node, 0));
        long last = 0;
        while (taken.find()) {
            last = Long.parseLong(taken.group(1));
        }
        return last;
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
