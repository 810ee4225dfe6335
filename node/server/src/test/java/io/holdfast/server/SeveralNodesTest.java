package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site of several nodes: what is promised when one of them dies, comes, stops, or cannot reach the site's store. */
class SeveralNodesTest {
    private static final int PARTITIONS = 9;
    private static final int KEYS = 60;

    @TempDir
    Path dir;

    @Test
    void everyNodeServesEverythingAndTheReplicasOfADeadOneAreBackOnTheOthers() {
        try (var sites = new SiteOfThree(dir)) {
            sites.startAll();
            try (HoldfastClient client = sites.client("a1", "a2", "a3", "b1", "c1")) {
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(PARTITIONS));
                fill(client.keyspace("shop"), "first");
                awaitSpread(sites, 2);
                for (String node : SiteOfThree.ALL) {
                    try (HoldfastClient through = sites.client(node)) {
                        readAll(through.keyspace("shop"), "first");
                    }
                }
                String dead = sites.replicasAt("a1", "shop").isEmpty() ? "a2" : "a1";
                sites.kill(dead);
                fill(client.keyspace("shop"), "second");
                awaitAllAtA(sites);
                readAll(client.keyspace("shop"), "second");
                // The replicas at a vote again: without b the others are a majority.
                sites.kill("b1");
                fill(client.keyspace("shop"), "third");
                readAll(client.keyspace("shop"), "third");
                sites.start("b1");
                sites.start(dead);
                sites.awaitReady("b1");
                sites.awaitReady(dead);
                awaitSpread(sites, 2);
                readAll(client.keyspace("shop"), "third");
            }
        }
    }

    @Test
    void aRollingRestartFailsNoRequest() throws Exception {
        try (var sites = new SiteOfThree(dir)) {
            sites.startAll();
            try (HoldfastClient client = sites.client("a1", "a2", "a3", "b1", "c1")) {
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(PARTITIONS));
                Keyspace shop = client.keyspace("shop");
                awaitSpread(sites, 2);
                var failures = new ConcurrentLinkedQueue<String>();
                var written = new AtomicLong();
                var over = new AtomicBoolean();
                Thread load = new Thread(() -> write(shop, written, failures, over), "load");
                load.start();
                try {
                    for (String node : SiteOfThree.AT_A) {
                        long before = written.get();
                        sites.stop(node);
                        sites.start(node);
                        sites.awaitReady(node);
                        awaitSpread(sites, 1);
                        await().atMost(Sites.PATIENCE).until(() -> written.get() > before + 100);
                    }
                } finally {
                    // Else it would go on in the tests that follow, whose heap its failures fill.
                    over.set(true);
                    load.join();
                }
                assertThat(failures).isEmpty();
                for (String node : SiteOfThree.AT_A) {
                    assertThat(sites.node(node)).isNotNull();
                }
            }
        }
    }

    private static void write(Keyspace shop, AtomicLong written, Queue<String> failures, AtomicBoolean over) {
        while (!over.get()) {
            try {
                shop.put("key" + written.get() % KEYS, "rolling".getBytes(StandardCharsets.UTF_8));
                written.incrementAndGet();
            } catch (HoldfastException failed) {
                failures.add(failed.toString());
            }
        }
    }

    /** Three nodes with a replica or more each, none twice. */
    private static void awaitSpread(SiteOfThree sites, int atLeast) {
        await().atMost(Sites.PATIENCE).untilAsserted(() -> {
            sites.startEnded();
            assertThat(sites.spread("shop").values()).hasSize(3).allMatch(count -> count >= atLeast);
            assertThat(sites.replicasAtA("shop")).hasSize(PARTITIONS).doesNotHaveDuplicates();
        });
    }

    private static void awaitAllAtA(SiteOfThree sites) {
        await().atMost(Sites.PATIENCE).untilAsserted(() -> assertThat(sites.replicasAtA("shop"))
                .hasSize(PARTITIONS)
                .doesNotHaveDuplicates());
    }

    private static void fill(Keyspace shop, String value) {
        for (int i = 0; i < KEYS; i++) {
            shop.put("key" + i, (value + i).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void readAll(Keyspace shop, String value) {
        for (int i = 0; i < KEYS; i++) {
            assertThat(new String(shop.get("key" + i).orElseThrow().value(), StandardCharsets.UTF_8))
                    .isEqualTo(value + i);
        }
    }
}
