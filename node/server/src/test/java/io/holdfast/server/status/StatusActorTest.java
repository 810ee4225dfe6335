package io.holdfast.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.config.NodeAddress;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.partition.DataDisk;
import io.holdfast.server.partition.DataMemory;
import io.holdfast.server.partition.DataRoom;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.v1.Incident;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusActorTest {
    private static final NodeAddress B = new NodeAddress("b", "127.0.0.1", 1, 2);
    private static final NodeAddress C = new NodeAddress("c", "127.0.0.1", 3, 4);

    private final ActorTestKit kit = ActorTestKit.create();
    private final ReplicaDirectory directory = new ReplicaDirectory();
    private final AtomicBoolean storageOk = new AtomicBoolean(true);
    private final LocalNode local = new LocalNode(
            "a",
            "127.0.0.1:9",
            () -> new LocalNode.Storage(storageOk.get(), false, storageOk.get() ? "" : "full"),
            new DataRoom(
                    1L << 30,
                    new DataMemory("a", 1_000, new IncidentLog(System::currentTimeMillis)),
                    DataDisk.unwatched()),
            directory);
    private final List<List<NodeReport>> merged = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        kit.shutdownTestKit();
    }

    private ActorRef<StatusMessage> actor(java.util.function.BiConsumer<NodeAddress, NodeReportRequest> ask) {
        return kit.spawn(StatusActor.create(local, List.of(B, C), ask, reports -> {
            merged.add(reports);
            return Status.newBuilder().setLocalSite("a").build();
        }));
    }

    private static NodeReport report(NodeReportRequest request, NodeAddress from, int part, int parts) {
        return new NodeReport(
                request.round(),
                from.site(),
                from.clusterEndpoint(),
                part,
                parts,
                true,
                false,
                "",
                0,
                1000,
                false,
                0,
                false,
                List.of());
    }

    @Test
    void allPartsOfAllNodesAreAwaited() {
        var actor = actor((node, request) -> {
            int parts = node.equals(B) ? 2 : 1;
            for (int part = 0; part < parts; part++) {
                request.replyTo().tell(report(request, node, part, parts));
            }
        });
        StatusActor.source(actor).get().toCompletableFuture().join();
        assertThat(merged).singleElement().satisfies(reports -> assertThat(reports)
                .extracting(NodeReport::site)
                .containsExactlyInAnyOrder("a", "b", "b", "c"));
    }

    @Test
    void whoIsSilentIsLeftOutAndItsLateAnswerIgnored() {
        var late = new CompletableFuture<NodeReportRequest>();
        var actor = actor((node, request) -> {
            if (node.equals(C)) {
                late.complete(request);
            } else {
                request.replyTo().tell(report(request, node, 0, 1));
            }
        });
        StatusActor.source(actor).get().toCompletableFuture().join();
        assertThat(merged.get(0)).extracting(NodeReport::site).containsExactly("a", "b");

        var second = StatusActor.source(actor).get().toCompletableFuture();
        actor.tell(report(late.join(), C, 0, 1));
        second.join();
        assertThat(merged.get(1)).extracting(NodeReport::site).containsExactly("a", "b");
    }

    @Test
    void oneRoundServesAllWhoAsk() {
        var rounds = new CopyOnWriteArrayList<Long>();
        var actor = actor((node, request) -> rounds.add(request.round()));
        var first = StatusActor.source(actor).get().toCompletableFuture();
        var second = StatusActor.source(actor).get().toCompletableFuture();
        CompletableFuture.allOf(first, second).join();
        assertThat(rounds).containsExactly(1L, 1L);
    }

    @Test
    void aNodeReportsItsReplicasInParts() {
        for (int number = 0; number < 1024; number++) {
            Directories.put(
                    directory,
                    new PartitionId("shop", number),
                    kit.system().deadLetters(),
                    Directories.follower("b", "a", "b", "c"));
        }
        storageOk.set(false);
        TestProbe<NodeReport> asker = kit.createTestProbe();
        actor((node, request) -> {}).tell(new NodeReportRequest(7, asker.getRef()));
        List<NodeReport> parts = asker.receiveSeveralMessages(2);
        assertThat(parts).allMatch(part -> part.round() == 7 && part.parts() == 2 && !part.storageOk());
        assertThat(parts.get(0).storageMessage()).isEqualTo("full");
        assertThat(parts.stream().flatMap(part -> part.replicas().stream()))
                .hasSize(1024)
                .allMatch(replica ->
                        replica.role().equals("follower") && replica.leader().equals("b"));
    }

    @Test
    void overHttp() throws IOException, InterruptedException {
        Status status = Status.newBuilder()
                .setLocalSite("a")
                .addSites(SiteStatus.newBuilder()
                        .setSite("a")
                        .setReachable(true)
                        .addEndpoints("x:1")
                        .addNodes(NodeStatus.newBuilder().setStorageOk(true)))
                .addKeyspaces(KeyspaceStatus.newBuilder()
                        .setKeyspace(io.holdfast.v1.Keyspace.newBuilder().setName("shop"))
                        .setToleratesNow(1)
                        .addPartitions(PartitionStatus.newBuilder()
                                .setPartition(3)
                                .setKeys(7)
                                .addReplicas(ReplicaStatus.newBuilder()
                                        .setSite("c")
                                        .setLag(2)
                                        .setStalenessMillis(40))))
                .addIncidents(Incident.newBuilder().setDetectedMillis(1))
                .build();
        try (var http =
                StatusHttp.start("127.0.0.1", 0, () -> CompletableFuture.completedFuture(status), local::ready)) {
            JsonNode json = new ObjectMapper().readTree(get(http, "/status").body());
            assertThat(json.at("/local_site").asText()).isEqualTo("a");
            assertThat(json.at("/sites/0/leaders").isNumber()).isTrue();
            assertThat(json.at("/sites/0/nodes/0/storage_ok").asBoolean()).isTrue();
            assertThat(json.at("/sites/0/endpoints/0").asText()).isEqualTo("x:1");

            HttpResponse<String> metrics = get(http, "/metrics");
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(metrics.body().lines())
                    .contains(
                            "# TYPE holdfast_site_reachable gauge",
                            "holdfast_site_reachable{site=\"a\"} 1",
                            "holdfast_keyspace_tolerates_now{keyspace=\"shop\"} 1",
                            "holdfast_partition_keys{keyspace=\"shop\",partition=\"3\"} 7",
                            "holdfast_replica_lag{keyspace=\"shop\",partition=\"3\",site=\"c\"} 2",
                            "holdfast_replica_staleness_millis{keyspace=\"shop\",partition=\"3\",site=\"c\"} 40",
                            "holdfast_incidents_open 1");

            assertThat(get(http, "/ready").statusCode()).isEqualTo(503);
            Directories.put(
                    directory,
                    KeyspaceDefinition.CATALOG_PARTITION,
                    kit.system().deadLetters(),
                    Directories.follower("b", "a", "b", "c"));
            assertThat(get(http, "/ready").statusCode()).isEqualTo(200);
            storageOk.set(false);
            assertThat(get(http, "/ready").statusCode()).isEqualTo(503);
            assertThat(get(http, "/ready/x").statusCode()).isEqualTo(404);
            assertThat(get(http, "/else").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(StatusHttp http, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port() + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
