package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Reason;
import io.holdfast.v1.Incident;
import io.holdfast.v1.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose memory or disk is full, over real gRPC: they refuse what brings more, and live. */
class FullSitesTest {
    private static final byte[] LARGE = new byte[200_000];
    /** Far more than fit. */
    private static final int MOST = 1_000;

    @TempDir
    Path dir;

    @Test
    void whatBringsMoreIsRefusedUntilThereIsRoomAgain() {
        try (var sites = new Sites(dir, "a", "b", "c").with("site.data-share = 0.01")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                var briefly = KeyspaceSettings.DEFAULT.withPartitions(4).withHistory(Duration.ofMillis(100));
                client.admin().createKeyspace("shop", briefly);
                Keyspace shop = client.keyspace("shop");
                int taken = fill(shop);
                assertThat(taken).isBetween(10, MOST - 1);

                assertThat(shop.get("key0").orElseThrow().value()).isEqualTo(LARGE);
                transactionsAreRefused(shop);
                assertThat(nodes(client)).anyMatch(NodeStatus::getDataFull);
                assertThat(incidents(client)).anyMatch(incident -> incident.getRecoveredMillis() == 0);

                // All of it and then nothing more: what was deleted must go by itself.
                IntStream.range(0, taken).forEach(i -> shop.delete("key" + i));
                await().atMost(Sites.PATIENCE).until(() -> nodes(client).noneMatch(NodeStatus::getDataFull));
                // A node knows it a moment before the leaders at other sites have heard of it.
                await().atMost(Sites.PATIENCE).until(() -> isTaken(shop, "again"));
                assertThat(shop.get("again").orElseThrow().value()).isEqualTo(LARGE);
                await().atMost(Sites.PATIENCE)
                        .until(() -> incidents(client).allMatch(incident -> incident.getRecoveredMillis() > 0));
            }
        }
    }

    @Test
    void aSiteWhoseDiskIsLowTakesNoMoreUntilItHasSpaceAgain() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(4));
                Keyspace shop = client.keyspace("shop");
                shop.put("key", LARGE);
                shop.put("other", LARGE);

                sites.kill("b");
                sites.with("persistence.rocksdb.disk-reserve = 1 PiB").start("b");
                await().atMost(Sites.PATIENCE).until(() -> !isTaken(shop, "more"));
                assertThat(shop.get("key").orElseThrow().value()).isEqualTo(LARGE);
                assertThat(shop.delete("other").applied()).isTrue();
                transactionsAreRefused(shop);
                await().atMost(Sites.PATIENCE)
                        .until(() ->
                                nodes(client).filter(NodeStatus::getDiskLow).count() == 1);

                sites.kill("b");
                sites.with("").start("b");
                await().atMost(Sites.PATIENCE).until(() -> isTaken(shop, "more"));
                await().atMost(Sites.PATIENCE).until(() -> nodes(client).noneMatch(NodeStatus::getDataFull));
            }
        }
    }

    /** Puts until one is refused, and answers how many were not. */
    private static int fill(Keyspace shop) {
        for (int i = 0; i < MOST; i++) {
            if (!isTaken(shop, "key" + i)) {
                return i;
            }
        }
        throw new AssertionError("nothing was refused");
    }

    private static boolean isTaken(Keyspace shop, String key) {
        try {
            return shop.put(key, LARGE).applied();
        } catch (HoldfastException refused) {
            assertThat(refused.reason()).isEqualTo(Reason.STORE_FULL);
            assertThat(refused.writeId()).as("certainly not applied").isEmpty();
            return false;
        }
    }

    private static void transactionsAreRefused(Keyspace shop) {
        var refused = catchThrowableOfType(
                HoldfastException.class,
                () -> shop.transact(tx -> {
                    IntStream.range(0, 8).forEach(i -> tx.put("other" + i, new byte[10]));
                    return null;
                }));
        assertThat(refused.reason()).isEqualTo(Reason.STORE_FULL);
        assertThat(shop.get("other0")).isEmpty();
        // One that only removes needs no room.
        shop.transact(tx -> {
            IntStream.range(0, 4).forEach(i -> tx.delete("none" + i));
            return null;
        });
    }

    private static Stream<NodeStatus> nodes(HoldfastClient client) {
        return client.admin().status().getSitesList().stream().flatMap(site -> site.getNodesList().stream());
    }

    private static Stream<Incident> incidents(HoldfastClient client) {
        return Stream.of("a", "b", "c")
                .flatMap(site -> client.admin().status(site).getIncidentsList().stream())
                .filter(incident -> incident.getFaultClass().equals("memory-full"));
    }
}
