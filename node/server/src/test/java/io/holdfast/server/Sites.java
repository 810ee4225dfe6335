package io.holdfast.server;

import static org.awaitility.Awaitility.await;

import io.holdfast.client.HoldfastClient;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Several sites of one node each in this JVM, on free ports of the loopback interface. */
final class Sites implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path dir;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final Map<String, HoldfastNode> nodes = new ConcurrentHashMap<>();
    private final List<String> names;

    Sites(Path dir, String... names) {
        this.dir = dir;
        this.names = List.of(names);
        freePorts(names.length);
    }

    /** Each site needs three ports in a row; they are held until all are found, so that no two sites get the same. */
    private void freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            while (ports.size() < count) {
                var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(first);
                try {
                    for (int next = 1; next <= 2; next++) {
                        held.add(new ServerSocket(first.getLocalPort() + next, 1, InetAddress.getLoopbackAddress()));
                    }
                    ports.put(names.get(ports.size()), first.getLocalPort());
                } catch (IOException taken) {
                    continue; // One of the next two is in use: look elsewhere.
                }
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        return HoldfastSettings.parse(text.toString(), "test settings of " + site);
    }

    /** Ends the node as a crash would, as far as that is possible inside one JVM. */
    void kill(String site) {
        HoldfastNode node = nodes.remove(site);
        node.kill();
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
