package io.holdfast.compare;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Partitioner;
import io.holdfast.loadtest.cluster.Fault;
import io.holdfast.loadtest.cluster.Health;
import io.holdfast.loadtest.cluster.UpCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Holdfast: three sites of one node, as {@code up} starts them. */
final class HoldfastPeer implements Peer {
    private static final String KEYSPACE = "compare";
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration WHOLE = Duration.ofMinutes(2);

    private final UpCluster cluster;
    private final HoldfastClient admin;
    private final List<String> sites;
    private final int partitions;
    private String killed = "";

    private HoldfastPeer(UpCluster cluster, HoldfastClient admin) throws IOException, InterruptedException {
        this.cluster = cluster;
        this.admin = admin;
        admin.awaitReady(DEADLINE);
        this.sites = Health.sites(admin);
        this.partitions =
                admin.admin().createKeyspace(KEYSPACE, KeyspaceSettings.DEFAULT).partitions();
        Health.awaitWhole(admin, sites, WHOLE);
    }

    static HoldfastPeer start(Path home, int port) throws IOException, InterruptedException {
        UpCluster cluster = UpCluster.start(home, port, false);
        return new HoldfastPeer(cluster, connect(cluster));
    }

    private static HoldfastClient connect(UpCluster cluster) {
        return HoldfastClient.connect(cluster.endpoints(), ClientOptions.DEFAULT.withDeadline(DEADLINE));
    }

    @Override
    public String name() {
        return "Holdfast";
    }

    @Override
    public String description() {
        return "three sites of one node by `holdfast up`, " + partitions
                + " partitions, puts durable (fsync) at two sites, gets linearizable at the leader under a lease; its SDK";
    }

    @Override
    public Store connect() {
        HoldfastClient client = connect(cluster);
        Keyspace keyspace = client.keyspace(KEYSPACE);
        return new Store() {
            @Override
            public CompletableFuture<?> put(String key, byte[] value) {
                return keyspace.putAsync(key, value).toCompletableFuture();
            }

            @Override
            public CompletableFuture<Boolean> get(String key) {
                return keyspace.getAsync(key).thenApply(Optional::isPresent).toCompletableFuture();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @Override
    public int partitions() {
        return partitions;
    }

    @Override
    public String keyOf(int partition, int number) {
        return IntStream.iterate(number, i -> i + 1)
                .mapToObj(i -> "gap/" + i)
                .filter(key -> Partitioner.partition(key.getBytes(StandardCharsets.UTF_8), partitions) == partition)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void killLeader() throws IOException, InterruptedException {
        killed = Health.leadsMost(admin);
        cluster.lose(killed, Fault.KILL);
    }

    @Override
    public void bringBack() throws IOException, InterruptedException {
        cluster.bringBack(killed, Fault.KILL);
        Health.awaitWhole(admin, sites, WHOLE);
    }

    @Override
    public void close() {
        admin.close();
        cluster.close();
    }
}
