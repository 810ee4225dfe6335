package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.TimedOutException;
import io.holdfast.client.Write;
import io.holdfast.client.WriteOptions;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.Incident;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes over real gRPC, cluster and journals: what users are promised when sites die and return. */
class SitesTest {
    private static final int KEYS = 50;

    @TempDir
    Path dir;

    @Test
    void survivesTheLossOfASiteAndItsReturn() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                sites.kill("a");
                readAll(shop, "first");
                fill(shop, "second");
                sites.start("a");
                sites.awaitReady("a");
                awaitNoLag(client);
                readAll(shop, "second");
            }
        }
    }

    @Test
    void aSiteThatLostItsDiskIsRebuiltAndVotesAgain() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                sites.kill("c");
                sites.wipe("c");
                sites.start("c");
                sites.awaitReady("c");
                awaitNoLag(client);
                awaitRebuilt(sites.endpoint("c"), "storage-replaced");
                // Its vote and its acknowledgement are the majority's now.
                sites.kill("a");
                readAll(shop, "first");
                fill(shop, "second");
                readAll(shop, "second");
            }
        }
    }

    @Test
    void aSiteWhoseDiskIsAnOlderCopyIsFoundOutAndRebuilt() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                sites.kill("c");
                Path copy = sites.copy("c");
                sites.start("c");
                sites.awaitReady("c");
                fill(shop, "second");
                awaitNoLag(client);
                sites.kill("c");
                sites.putBack("c", copy);
                sites.start("c");
                sites.awaitReady("c");
                awaitRebuilt(sites.endpoint("c"), "storage-rolled-back");
                awaitNoLag(client);
                sites.kill("a");
                readAll(shop, "second");
                fill(shop, "third");
                readAll(shop, "third");
                // A new keyspace counts on it, too, with the identity that it has now.
                client.admin().createKeyspace("later", KeyspaceSettings.DEFAULT.withPartitions(2));
                fill(client.keyspace("later"), "fourth");
                sites.kill("c");
                sites.start("c");
                sites.awaitReady("c");
                client.admin().createKeyspace("last", KeyspaceSettings.DEFAULT.withPartitions(2));
                fill(client.keyspace("last"), "fifth");
            }
        }
    }

    @Test
    void aSiteWhoseDiskIsFullHandsOverSaysSoAndRecoversByItself() throws IOException {
        try (var disk = SmallDisk.mountedAt(dir.resolve("a"), 200);
                var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                disk.fillUpTo(2 << 20);
                byte[] large = new byte[100_000];
                var written = new AtomicInteger();
                // Nobody notices: what the site leads is led by others when its disk takes nothing more.
                await().atMost(Sites.PATIENCE).until(() -> {
                    shop.put("large" + written.incrementAndGet(), large);
                    return storageIncidents(client).anyMatch(incident -> incident.getRecoveredMillis() == 0);
                });
                fill(shop, "second");
                readAll(shop, "second");
                disk.free();
                await().atMost(Sites.PATIENCE)
                        .until(() -> storageIncidents(client).allMatch(incident -> incident.getRecoveredMillis() > 0));
                awaitNoLag(client);
                // Its acknowledgement is the majority's again.
                sites.kill("b");
                readAll(shop, "second");
                fill(shop, "third");
                assertThat(shop.get("large" + written.get()).orElseThrow().value())
                        .isEqualTo(large);
            }
        }
    }

    private static Stream<Incident> storageIncidents(HoldfastClient client) {
        return client.admin().status("a").getIncidentsList().stream()
                .filter(incident -> incident.getFaultClass().equals("storage-failed"));
    }

    @Test
    void servesNothingWithoutAMajorityAndEverythingWhenItIsBack() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                sites.kill("a");
                sites.kill("b");
                var impatient = WriteOptions.DEFAULT.withDeadline(Duration.ofSeconds(2));
                assertThatThrownBy(() -> shop.write(Write.put("key0", bytes("lost?")), impatient))
                        .isInstanceOf(TimedOutException.class);
                sites.start("b");
                sites.awaitReady("b");
                fill(shop, "third");
                readAll(shop, "third");
            }
        }
    }

    /** An idle leader does not notice that it has lost the others. */
    @Test
    void aNodeThatReachesTooFewSitesSaysThatItDoesNotServe() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            ManagedChannel channel = channel(sites.endpoint("a"));
            try {
                var health = HealthGrpc.newBlockingStub(channel);
                awaitHealth(health, ServingStatus.SERVING);
                sites.kill("b");
                sites.kill("c");
                awaitHealth(health, ServingStatus.NOT_SERVING);
                sites.start("b");
                awaitHealth(health, ServingStatus.SERVING);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static void awaitHealth(HealthGrpc.HealthBlockingStub health, ServingStatus status) {
        await().atMost(Sites.PATIENCE)
                .until(() ->
                        health.check(HealthCheckRequest.getDefaultInstance()).getStatus() == status);
    }

    @Test
    void survivesAColdRestartOfAllSites() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                createAndFill(client);
            }
            sites.names().forEach(sites::kill);
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                readAll(client.keyspace("shop"), "first");
            }
        }
    }

    @Test
    void whoStopsOnPurposeHandsItsLeadersOverFirst() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                Keyspace shop = createAndFill(client);
                String leader = client.admin().routes().getKeyspaces(0).getLeaders(0);
                var leaders = new AtomicReference<List<String>>(List.of());
                sites.stop(
                        leader,
                        () -> leaders.set(client.admin().routes().getKeyspaces(0).getLeadersList().stream()
                                .toList()));
                assertThat(leaders.get()).hasSize(8).doesNotContain(leader);
                readAll(shop, "first");
                fill(shop, "second");
            }
        }
    }

    @Test
    void aSiteThatIsCutOffAnswersNothingFromThePastAndAcknowledgesNothing() throws Exception {
        nothingIsStaleWhile(Sites::cutOff);
    }

    @Test
    void norDoesOneWhoseMessagesAreLost() throws Exception {
        nothingIsStaleWhile(Sites::mute);
    }

    @Test
    void norDoesOneThatHearsNobody() throws Exception {
        nothingIsStaleWhile(Sites::deafen);
    }

    private void nothingIsStaleWhile(BiConsumer<Sites, String> cut) throws Exception {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(1));
                var endpoints = sites.names().stream().collect(Collectors.toMap(site -> site, sites::endpoint));
                try (CounterHistory history = new CounterHistory(client, "shop", "counter", endpoints)) {
                    await().atMost(Sites.PATIENCE).until(() -> history.acknowledged() > 100);
                    String leader = client.admin().routes().getKeyspaces(0).getLeaders(0);
                    cut.accept(sites, leader);
                    sites.awaitCut(leader);
                    long before = history.acknowledged();
                    await().atMost(Sites.PATIENCE).until(() -> history.acknowledged() > before + 100);
                    long answered = history.answered(leader);
                    sites.heal(leader);
                    await().atMost(Sites.PATIENCE).until(() -> history.answered(leader) > answered + 100);
                    history.assertNothingStale();
                }
            }
        }
    }

    private static Keyspace createAndFill(HoldfastClient client) {
        client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(8));
        Keyspace shop = client.keyspace("shop");
        fill(shop, "first");
        return shop;
    }

    private static void fill(Keyspace shop, String value) {
        for (int i = 0; i < KEYS; i++) {
            shop.put("key" + i, bytes(value + i));
        }
    }

    private static void readAll(Keyspace shop, String value) {
        for (int i = 0; i < KEYS; i++) {
            assertThat(shop.get("key" + i)).isPresent();
            assertThat(new String(shop.get("key" + i).orElseThrow().value(), StandardCharsets.UTF_8))
                    .isEqualTo(value + i);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void awaitNoLag(HoldfastClient client) {
        await().atMost(Sites.PATIENCE)
                .untilAsserted(() -> client.admin().status().getKeyspacesList().forEach(keyspace -> {
                    assertThat(keyspace.getToleratesNow()).isEqualTo(1);
                    keyspace.getPartitionsList().forEach(partition -> assertThat(partition.getReplicasList())
                            .hasSize(3)
                            .allSatisfy(replica -> assertThat(replica.getLag()).isZero()));
                }));
    }

    private static ManagedChannel channel(String endpoint) {
        return Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .build();
    }

    /** Asks this very node, since incidents are those of the node that answers: the SDK asks whichever is nearest. */
    private static void awaitRebuilt(String endpoint, String faultClass) {
        ManagedChannel channel = channel(endpoint);
        try {
            var admin =
                    AdminGrpc.newBlockingStub(channel).withDeadlineAfter(Sites.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            await().atMost(Sites.PATIENCE)
                    .untilAsserted(() -> assertThat(admin.getStatus(GetStatusRequest.getDefaultInstance())
                                    .getIncidentsList())
                            .filteredOn(incident -> incident.getFaultClass().equals(faultClass))
                            .singleElement()
                            .satisfies(incident ->
                                    assertThat(incident.getRecoveredMillis()).isPositive()));
        } finally {
            channel.shutdownNow();
        }
    }
}
