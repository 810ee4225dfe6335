package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.TimestampResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SnapshotTest {
    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        cluster.keyspaces.put("bank", FakeCluster.keyspace("bank", FakeCluster.PARTITIONS));
        client = cluster.client(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(5)));
        shop = client.keyspace("shop");
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void aSnapshotIsOfOneTimestampAndNotOlderThanWhatTheClientHasSeen() {
        long written = shop.put("a", bytes("1")).version();
        Snapshot snapshot = shop.snapshot(SnapshotOptions.NOW);
        assertThat(snapshot.timestamp()).isGreaterThanOrEqualTo(written);
        shop.put("a", bytes("2"));
        assertThat(snapshot.get("a").orElseThrow().text()).isEqualTo("1");
        assertThat(snapshot.on(client.keyspace("bank")).getAll(List.of(Key.of("a"), Key.of("none"))))
                .containsOnlyKeys(Key.of("a"));
        assertThat(chosenAtLeast()).contains(written);
    }

    private List<Long> chosenAtLeast() {
        return cluster.nodes.values().stream()
                .flatMap(node -> node.requests().stream())
                .filter(Request::hasChooseTimestamp)
                .map(request -> request.getChooseTimestamp().getAtLeast())
                .toList();
    }

    @Test
    void aDeletionThatATransactionFoundIsInTheNextSnapshot() {
        shop.put("a", bytes("1"));
        long deleted;
        try (HoldfastClient other = cluster.client(ClientOptions.DEFAULT)) {
            other.keyspace("shop").delete("a");
            deleted = other.keyspace("shop").put("b", bytes("1")).version() - 1;
        }
        Optional<byte[]> found = shop.transact(tx -> tx.get("a"));
        assertThat(found).isEmpty();
        shop.snapshot(SnapshotOptions.NOW);
        assertThat(chosenAtLeast()).containsExactly(deleted);
    }

    @Test
    void snapshotsDoNotGoBackWhenTheNextNodesClockIsSlower() {
        shop.put("a", bytes("1"));
        cluster.nodes.values().forEach(node -> {
            FakeNode.Handler usual = node.handler;
            node.handler = (request, reply) -> {
                node.handler = usual;
                reply.accept(Response.newBuilder()
                        .setTimestamp(TimestampResult.newBuilder().setTimestamp(1000))
                        .build());
            };
        });
        assertThat(shop.snapshot(SnapshotOptions.NOW).timestamp()).isEqualTo(1000);
        cluster.nodes
                .values()
                .forEach(node -> node.handler = (request, reply) -> reply.accept(cluster.execute(request)));
        assertThat(shop.snapshot(SnapshotOptions.NEARBY).timestamp()).isEqualTo(1000);
    }

    @Test
    void whatWasDeletedLaterIsStillThere() {
        shop.put("a", bytes("1"));
        Snapshot snapshot = shop.snapshot(SnapshotOptions.NOW);
        shop.delete("a");
        assertThat(snapshot.get("a").orElseThrow().text()).isEqualTo("1");
        assertThat(shop.snapshotAt(snapshot.timestamp()).get("a")).isPresent();
        assertThat(shop.snapshot(SnapshotOptions.NOW).get("a")).isEmpty();
    }

    @Test
    void itsOptionsReachTheWire() {
        shop.put("a", bytes("1"));
        Snapshot snapshot = shop.snapshot(
                SnapshotOptions.NOW.withMaxStaleness(Duration.ofMillis(300)).withDeadline(Duration.ofSeconds(2)));
        snapshot.on("bank").get("a");
        List<ScanRequest> scans = new CopyOnWriteArrayList<>();
        cluster.nodes
                .values()
                .forEach(node -> node.scanner = (request, out) -> {
                    scans.add(request);
                    out.onCompleted();
                });
        try (ScanCursor none = snapshot.scan("k", ScanOptions.DEFAULT)) {
            assertThat(none.hasNext()).isFalse();
        }
        List<Request> sent = cluster.nodes.values().stream()
                .flatMap(node -> node.requests().stream())
                .filter(request -> !request.hasPut())
                .toList();
        assertThat(sent)
                .allSatisfy(request -> assertThat(request.getTimeoutMillis()).isBetween(1, 2000));
        assertThat(sent).filteredOn(Request::hasChooseTimestamp).singleElement().satisfies(request -> assertThat(
                        request.getChooseTimestamp().getMaxStalenessMillis())
                .isEqualTo(300));
        assertThat(sent).filteredOn(Request::hasGet).singleElement().satisfies(request -> {
            assertThat(request.getKeyspace()).isEqualTo("bank");
            assertThat(request.getGet().getAt()).isEqualTo(snapshot.timestamp());
            assertThat(request.getGet().getMaxStalenessMillis()).isEqualTo(300);
        });
        assertThat(scans).singleElement().satisfies(request -> {
            assertThat(request.getAt()).isEqualTo(snapshot.timestamp());
            assertThat(request.getMaxStalenessMillis()).isEqualTo(300);
        });
    }
}
