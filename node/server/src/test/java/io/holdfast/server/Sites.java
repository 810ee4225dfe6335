package io.holdfast.server;

import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.holdfast.client.HoldfastClient;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.GetRoutesRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.cluster.Cluster;

/** Several sites of one node each in this JVM, on free ports of the loopback interface. */
final class Sites implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path dir;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final Map<String, HoldfastNode> nodes = new ConcurrentHashMap<>();
    private final List<String> names;
    private String moreSettings = "";

    Sites(Path dir, String... names) {
        this.dir = dir;
        this.names = List.of(names);
        int base = FreePorts.row(10 * names.length);
        for (int i = 0; i < names.length; i++) {
            ports.put(names[i], base + 10 * i);
        }
    }

    /** Further lines for the settings of all sites. */
    Sites with(String settings) {
        moreSettings = settings + "\n";
        return this;
    }

    List<String> names() {
        return names;
    }

    void startAll() {
        names.forEach(this::start);
        names.forEach(this::awaitReady);
    }

    void start(String site) {
        try {
            nodes.put(site, HoldfastNode.start(settings(site), PekkoConfig.Hosting.SHARED_JVM));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady(String site) {
        try {
            nodes.get(site).ready().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("site " + site + " does not become ready", e);
        }
    }

    private HoldfastSettings settings(String site) {
        var text = new StringBuilder();
        text.append("site { name = ")
                .append(site)
                .append(", data-dir = \"")
                .append(dir.resolve(site))
                .append("\" }\n");
        for (String name : names) {
            text.append("sites.")
                    .append(name)
                    .append(" { hosts = [\"127.0.0.1\"], port = ")
                    .append(ports.get(name))
                    .append(" }\n");
        }
        // A kill must be one: nothing is handed over, nobody is told.
        text.append("pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n");
        text.append("pekko.remote.artery.advanced.test-mode = on\n");
        // However little the machine that tests has left.
        text.append("persistence.rocksdb.disk-reserve = 0\n");
        text.append(moreSettings);
        return HoldfastSettings.parse(text.toString(), "test settings of " + site);
    }

    HoldfastNode node(String site) {
        return nodes.get(site);
    }

    /** Ends the node as a crash would, as far as that is possible inside one JVM. */
    void kill(String site) {
        HoldfastNode node = nodes.remove(site);
        node.kill();
        await().atMost(PATIENCE)
                .until(() -> node.terminated().toCompletableFuture().isDone());
    }

    /** Takes the disk of a site that does not run. */
    void wipe(String site) {
        Disks.wipe(dir.resolve(site));
    }

    /** Of the disk of a site that does not run, as it is now. */
    Path copy(String site) {
        Path copy = dir.resolve(site + "-copy");
        Disks.copy(dir.resolve(site), copy);
        return copy;
    }

    /** The site, which does not run, starts next with the copy as its disk. */
    void putBack(String site, Path copy) {
        wipe(site);
        Disks.copy(copy, dir.resolve(site));
    }

    /** Cuts a site off from all others, both ways; clients still reach it. */
    void cutOff(String site) {
        links(site, true);
    }

    void heal(String site) {
        links(site, false);
    }

    /** What a site sends to the others is lost; it still hears them, and clients still reach it. */
    void mute(String site) {
        outgoing(site, true);
    }

    /** What the others send to a site is lost; they still hear it, and clients still reach it. */
    void deafen(String site) {
        incoming(site, true);
    }

    /** Until all others have lost sight of a site that was cut off, muted or deafened, have other leaders, and so go on without it. */
    void awaitCut(String site) {
        for (String other : others(site)) {
            await().atMost(PATIENCE).until(() -> Cluster.get(nodes.get(other).system())
                    .state()
                    .getUnreachableDataCenters()
                    .contains(site));
        }
        awaitLeaders(site, leaders -> !leaders.contains(site) && !leaders.contains(""));
    }

    /** Asks another site's own node, as the SDK asks whichever is nearest. */
    private void awaitLeaders(String site, Predicate<List<String>> wanted) {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        endpoint(others(site).get(0)), InsecureChannelCredentials.create())
                .build();
        try {
            var admin = AdminGrpc.newBlockingStub(channel);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> wanted.test(admin
                            .withDeadlineAfter(5, TimeUnit.SECONDS)
                            .getRoutes(GetRoutesRequest.getDefaultInstance())
                            .getKeyspacesList()
                            .stream()
                            .flatMap(keyspace -> keyspace.getLeadersList().stream())
                            .toList()));
        } finally {
            channel.shutdownNow();
        }
    }

    private void links(String site, boolean cut) {
        outgoing(site, cut);
        incoming(site, cut);
    }

    private void outgoing(String site, boolean cut) {
        others(site).forEach(other -> Links.set(nodes.get(site).system(), ports.get(other) + 1, cut));
    }

    private void incoming(String site, boolean cut) {
        others(site).forEach(other -> Links.set(nodes.get(other).system(), ports.get(site) + 1, cut));
    }

    private List<String> others(String site) {
        return nodes.keySet().stream().filter(other -> !other.equals(site)).toList();
    }

    /**
     * Stops a node in order, as an operator does.
     *
     * @param before its end, when it serves nobody any more and is still a member of the cluster
     */
    void stop(String site, Runnable before) {
        HoldfastNode node = nodes.remove(site);
        CoordinatedShutdown.get(node.system())
                .addTask(
                        CoordinatedShutdown.PhaseServiceStop(),
                        "look-before-the-end",
                        () -> CompletableFuture.runAsync(before).thenApply(done -> Done.done()));
        node.stop();
        await().atMost(PATIENCE)
                .until(() -> node.terminated().toCompletableFuture().isDone());
    }

    String endpoint(String site) {
        return "127.0.0.1:" + ports.get(site);
    }

    HoldfastClient client() {
        return HoldfastClient.connect(names.stream().map(this::endpoint).collect(Collectors.joining(",")));
    }

    @Override
    public void close() {
        List.copyOf(nodes.keySet()).forEach(this::kill);
    }
}
