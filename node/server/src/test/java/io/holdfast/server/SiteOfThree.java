package io.holdfast.server;

import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.NodeAddress;
import io.holdfast.config.PekkoConfig;
import io.holdfast.config.Site;
import io.holdfast.config.SiteSettings;
import io.holdfast.server.lease.MemoryCells;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Three sites in this JVM, of which the first has three nodes, a1, a2 and a3, over one journal and one store that they share: the embedded journal, which
 * several systems of one process may use together, and cells in memory.
 */
final class SiteOfThree implements AutoCloseable {
    static final List<String> AT_A = List.of("a1", "a2", "a3");
    static final List<String> ALL = List.of("a1", "a2", "a3", "b1", "c1");

    private final Path dir;
    private final Map<String, NodeAddress> addresses = new LinkedHashMap<>();
    private final MemoryCells cells = new MemoryCells();
    private final Map<String, MemoryCells.Link> links = new ConcurrentHashMap<>();
    private final Map<String, HoldfastNode> nodes = new ConcurrentHashMap<>();

    SiteOfThree(Path dir) {
        this.dir = dir;
        int base = FreePorts.row(10 * ALL.size());
        for (String name : ALL) {
            int port = base + 10 * addresses.size();
            addresses.put(name, new NodeAddress(site(name), "127.0.0.1", port, port + 1));
        }
    }

    private static String site(String node) {
        return node.substring(0, 1);
    }

    /** The settings' own checks would not let several nodes have the embedded journal: their processes could not share it. */
    private HoldfastSettings settings(String node) {
        var text = new StringBuilder(
                "site { name = " + site(node) + ", data-dir = \"" + dir.resolve(site(node)) + "\" }\n");
        text.append("system.port = ").append(addresses.get(node).port() + 2).append("\n");
        text.append("replication.return-leadership-after = 2s\n");
        text.append("pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n");
        for (String first : List.of("a1", "b1", "c1")) {
            text.append("sites.").append(site(first)).append(" { hosts = [\"127.0.0.1\"], port = ");
            text.append(addresses.get(first).port()).append(" }\n");
        }
        HoldfastSettings one = HoldfastSettings.parse(text.toString(), "test settings of " + node);
        List<Site> sites = one.siteNames().stream()
                .map(name -> new Site(
                        name,
                        addresses.values().stream()
                                .filter(it -> it.site().equals(name))
                                .toList()))
                .toList();
        return new HoldfastSettings(
                new SiteSettings(
                        site(node),
                        addresses.get(node),
                        one.site().dataDir(),
                        one.site().dataShare(),
                        one.site().maxConnections()),
                sites,
                one.database(),
                one.tolerance(),
                one.transaction(),
                one.replication(),
                one.backup(),
                one.system(),
                one.security(),
                one.persistence(),
                one.pekko());
    }

    void start(String node) {
        MemoryCells.Link link = cells.link();
        links.put(node, link);
        try {
            nodes.put(
                    node,
                    HoldfastNode.start(
                            settings(node),
                            PekkoConfig.Hosting.SHARED_JVM,
                            system -> site(node).equals("a") ? Optional.of(link) : Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady(String node) {
        await("node " + node + " is ready")
                .atMost(Sites.PATIENCE.multipliedBy(2))
                .until(() -> {
                    startEnded();
                    CompletableFuture<Void> ready = nodes.get(node).ready().toCompletableFuture();
                    return ready.isDone() && !ready.isCompletedExceptionally();
                });
    }

    /** A node that ended, because others gave it up while this machine was too busy, is started again, as its supervisor would do. */
    void startEnded() {
        nodes.forEach((name, node) -> {
            if (node.terminated().toCompletableFuture().isDone()) {
                start(name);
            }
        });
    }

    /** One node of each site first: five that start at once take so long on a small machine that some seem dead to others. */
    void startAll() {
        List<String> first = List.of("a1", "b1", "c1");
        first.forEach(this::start);
        first.forEach(this::awaitReady);
        for (String later : List.of("a2", "a3")) {
            start(later);
            awaitReady(later);
        }
    }

    String endpoint(String node) {
        return addresses.get(node).endpoint();
    }

    HoldfastClient client(String... from) {
        return HoldfastClient.connect(List.of(from).stream().map(this::endpoint).collect(Collectors.joining(",")));
    }

    /** As a crash: nobody is told anything, not even the site's store. */
    void kill(String node) {
        links.get(node).cut(true);
        HoldfastNode killed = nodes.remove(node);
        killed.kill();
        await().atMost(Sites.PATIENCE)
                .until(() -> killed.terminated().toCompletableFuture().isDone());
    }

    /** As an operator does. */
    void stop(String node) {
        HoldfastNode stopped = nodes.remove(node);
        stopped.stop();
        await().atMost(Sites.PATIENCE)
                .until(() -> stopped.terminated().toCompletableFuture().isDone());
    }

    /** A node's way to the site's store. */
    MemoryCells.Link link(String node) {
        return links.get(node);
    }

    HoldfastNode node(String node) {
        return nodes.get(node);
    }

    /** The partitions of a keyspace whose replica runs on a node and has been opened. */
    Set<PartitionId> replicasAt(String node, String keyspace) {
        HoldfastNode running = nodes.get(node);
        if (running == null) {
            return Set.of();
        }
        return running.directory().all().stream()
                .map(ReplicaDirectory.Local::partition)
                .filter(partition -> partition.keyspace().equals(keyspace))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Which nodes of site a have how many of a keyspace's replicas. */
    Map<String, Integer> spread(String keyspace) {
        var spread = new TreeMap<String, Integer>();
        for (String node : AT_A) {
            if (nodes.containsKey(node)) {
                spread.put(node, replicasAt(node, keyspace).size());
            }
        }
        return spread;
    }

    /** The replicas at site a, each as often as it runs. */
    List<PartitionId> replicasAtA(String keyspace) {
        var all = new ArrayList<PartitionId>();
        AT_A.forEach(node -> all.addAll(replicasAt(node, keyspace)));
        return all;
    }

    @Override
    public void close() {
        List.copyOf(nodes.keySet()).forEach(this::kill);
    }
}
