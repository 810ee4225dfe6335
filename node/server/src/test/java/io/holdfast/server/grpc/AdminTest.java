package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.Keyspace;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Routes;
import io.holdfast.v1.StoreGrpc;
import io.holdfast.v1.TransferLeaderRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class AdminTest extends ServiceFixture {
    private static CreateKeyspaceRequest.Builder create(String name) {
        return CreateKeyspaceRequest.newBuilder().setName(name);
    }

    @Test
    void aKeyspaceIsCreatedWithTheDefaultsAndUsableAtOnce() {
        Keyspace created = admin().createKeyspace(create("shop").build());
        assertThat(created)
                .isEqualTo(Keyspace.newBuilder()
                        .setName("shop")
                        .setPartitions(16)
                        .setTolerates(1)
                        .setHistoryMillis(5000)
                        .addAllSites(List.of("a", "b", "c"))
                        .build());
        assertThat(store().execute(put(1, "k", bytes("v"))).getWrite().getApplied())
                .isTrue();
        assertThat(admin().listKeyspaces(ListKeyspacesRequest.getDefaultInstance())
                        .getKeyspacesList())
                .containsExactly(created);
        KeyspaceDefinition definition = cluster.registry.find("shop").orElseThrow();
        assertThat(definition.genesis()).isEqualTo(Directories.membership("a", "b", "c"));
        assertThat(definition.retentionMillis()).isEqualTo(3_600_000);
    }

    @Test
    void aKeyspaceThatToleratesLessHasFewerSites() {
        Keyspace created = admin().createKeyspace(create("cache")
                .setTolerates(0)
                .setPartitions(3)
                .setHistoryMillis(70)
                .build());
        assertThat(created.getSitesList()).containsExactly("a");
        assertThat(created.getHistoryMillis()).isEqualTo(70);
        assertThat(cluster.registry.find("cache").orElseThrow().genesis().sites())
                .containsExactly(new SiteId("a"));
    }

    @Test
    void wrongKeyspacesAreRefused() {
        assertFails(Reason.INVALID_KEYSPACE_NAME, () -> admin().createKeyspace(
                        create("Shop").build()));
        assertFails(Reason.INVALID_KEYSPACE_NAME, () -> admin().createKeyspace(
                        create("_catalog").build()));
        assertFails(Reason.INVALID_REQUEST, () -> admin().createKeyspace(
                        create("s").setPartitions(1025).build()));
        assertFails(Reason.INVALID_REQUEST, () -> admin().createKeyspace(
                        create("s").setPartitions(-1).build()));
        assertFails(Reason.INVALID_REQUEST, () -> admin().createKeyspace(
                        create("s").setHistoryMillis(-1).build()));
        assertFails(Reason.TOLERANCE_NOT_POSSIBLE, () -> admin().createKeyspace(
                        create("s").setTolerates(2).build()));
        assertFails(Reason.TOLERANCE_NOT_POSSIBLE, () -> admin().createKeyspace(
                        create("s").setTolerates(-1).build()));
        assertThat(cluster.received).isEmpty();
    }

    @Test
    void aKeyspaceIsCreatedOnce() {
        admin().createKeyspace(create("shop").build());
        assertFails(Reason.KEYSPACE_EXISTS, () -> admin().createKeyspace(
                        create("shop").build()));
    }

    @Test
    void theCatalogDecidesWhoCreatesIt() {
        admin().createKeyspace(create("shop").build());
        // Another node that has not heard of it yet: it must not overwrite what is there.
        var late = new FakeNode(cluster);
        try (late) {
            assertFails(Reason.KEYSPACE_EXISTS, () -> late.admin()
                    .createKeyspace(create("shop").setPartitions(2).build()));
        }
        assertThat(cluster.registry.find("shop").orElseThrow().partitions()).isEqualTo(16);
    }

    /** A second node before the same replicas, with a registry of its own that learns nothing. */
    private static final class FakeNode implements AutoCloseable {
        private final GrpcServer server;
        private final io.grpc.ManagedChannel channel;

        FakeNode(FakeCluster cluster) {
            try {
                server = GrpcServer.start(0, "127.0.0.1", ServiceFixture.LIMITS);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            server.serve(new Backend(
                    cluster.settings,
                    cluster.gateway,
                    new io.holdfast.server.catalog.KeyspaceRegistry(),
                    cluster.directory,
                    cluster.backend.status(),
                    cluster.backend.delay()));
            channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .usePlaintext()
                    .build();
        }

        AdminGrpc.AdminBlockingStub admin() {
            return AdminGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            channel.shutdownNow();
            server.stop(Duration.ZERO).toCompletableFuture().join();
        }
    }

    @Test
    void aStatusThatCannotBeCollectedInTimeIsNoBug() {
        cluster.status = CompletableFuture.failedFuture(new TimeoutException());
        assertFails(Reason.TIMED_OUT, () -> admin().getStatus(GetStatusRequest.getDefaultInstance()));
    }

    @Test
    void creationFailsWhenTheCatalogDoes() {
        cluster.refusal = Optional.of(Reply.Refusal.NOT_LEADER);
        assertFails(
                Reason.NO_LEADER, () -> admin().createKeyspace(create("shop").build()));
    }

    @Test
    void routesNameEndpointsAndLeaders() {
        cluster.keyspace("shop", 2);
        cluster.leads(new PartitionId("shop", 1), "");
        Routes routes = admin().getRoutes(GetRoutesRequest.getDefaultInstance());
        assertThat(routes.getLocalSite()).isEqualTo("a");
        assertThat(routes.getSitesList()).hasSize(3);
        assertThat(routes.getSites(1).getSite()).isEqualTo("b");
        assertThat(routes.getSites(1).getEndpointsList()).containsExactly("127.0.0.1:21010");
        assertThat(routes.getKeyspaces(0).getKeyspace().getName()).isEqualTo("shop");
        assertThat(routes.getKeyspaces(0).getLeadersList()).containsExactly("b", "");
    }

    @Test
    void statusIsAnswered() {
        assertThat(admin().getStatus(GetStatusRequest.getDefaultInstance()).getLocalSite())
                .isEqualTo("a");
    }

    @Test
    void leadershipIsHandedOver() {
        cluster.keyspace("shop", 2);
        var transfer = TransferLeaderRequest.newBuilder().setKeyspace("shop").setPartition(1);
        assertThat(admin().transferLeader(transfer.setToSite("a").build()).getLeaderSite())
                .isEqualTo("a");
        cluster.leads(new PartitionId("shop", 1), "b");
        assertThat(admin().transferLeader(transfer.setToSite("").build()).getLeaderSite())
                .isEqualTo("c");
        assertThat(admin().transferLeader(transfer.setToSite("c").build()).getLeaderSite())
                .as("it leads already")
                .isEqualTo("c");
        assertFails(Reason.INVALID_REQUEST, () -> admin().transferLeader(
                        transfer.setToSite("x").build()));
        assertFails(Reason.INVALID_REQUEST, () -> admin().transferLeader(
                        transfer.setPartition(2).setToSite("a").build()));
        cluster.leads(new PartitionId("shop", 0), "");
        assertFails(Reason.NO_LEADER, () -> admin().transferLeader(
                        transfer.setPartition(0).setToSite("a").build()));
    }

    @Test
    void aNodeThatIsNotWiredSaysSo() throws IOException {
        var starting = GrpcServer.start(0, "127.0.0.1", ServiceFixture.LIMITS);
        var to = NettyChannelBuilder.forAddress("127.0.0.1", starting.port())
                .usePlaintext()
                .build();
        try {
            assertFails(Reason.NOT_READY, () -> StoreGrpc.newBlockingStub(to).execute(get(1, "k")));
            assertFails(Reason.NOT_READY, () -> AdminGrpc.newBlockingStub(to)
                    .getRoutes(GetRoutesRequest.getDefaultInstance()));
            var session = new SessionClient(to);
            session.send(get(1, "k"));
            assertThat(session.await(1).get(1L).getError().getReason()).isEqualTo(Reason.NOT_READY);
            assertThat(health(to)).isEqualTo(ServingStatus.NOT_SERVING);
            starting.serve(cluster.backend);
            assertThat(health(to)).isEqualTo(ServingStatus.SERVING);
        } finally {
            to.shutdownNow();
            starting.stop(Duration.ZERO).toCompletableFuture().join();
        }
    }

    private static ServingStatus health(io.grpc.ManagedChannel to) {
        return HealthGrpc.newBlockingStub(to)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    @Test
    void aPortInUseIsNamed() {
        Assertions.assertThatThrownBy(() -> GrpcServer.start(server.port(), "127.0.0.1", ServiceFixture.LIMITS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("port " + server.port());
    }

    @Test
    void reflectionListsTheServices() {
        var listed = new CompletableFuture<ServerReflectionResponse>();
        var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
                listed.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                listed.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(listed.orTimeout(20, TimeUnit.SECONDS)
                        .join()
                        .getListServicesResponse()
                        .getServiceList())
                .extracting(service -> service.getName())
                .contains("holdfast.v1.Store", "holdfast.v1.Admin", "grpc.health.v1.Health");
        requests.onCompleted();
    }
}
