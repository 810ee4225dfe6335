package io.holdfast.server.cli.local;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.ScanOptions;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code rehearse}: for the launcher alone, after a build. Starts a node, uses it and stops it, so that the JVM sees the
 * classes that nodes and commands need, and leaves them in an archive (JDK 17, -XX:ArchiveClassesAtExit) that halves the
 * processor time of every later start.
 */
@Command(name = "rehearse", hidden = true)
public final class RehearseCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final int FIRST_PORT = 18400;
    private static final int LAST_PORT = 32000;

    private final NodeHost host;

    @Option(names = "--data", required = true)
    private Path data = Path.of("");

    public RehearseCommand(NodeHost host) {
        this.host = host;
    }

    @Override
    public Integer call() throws Exception {
        LocalLayout layout = new LocalLayout(1, FIRST_PORT, data);
        for (int port = FIRST_PORT; layout.takenPort().isPresent(); port += 100) {
            if (port > LAST_PORT) {
                throw CommandFailure.failed("There are no free ports.");
            }
            layout = new LocalLayout(1, port, data);
        }
        layout.writeConfigurations();
        NodeHost.Running node = host.start(HoldfastSettings.load(layout.config("a")));
        node.ready().toCompletableFuture().get(START.toSeconds(), TimeUnit.SECONDS);
        try (HoldfastClient client = HoldfastClient.connect(layout.endpoint("a"))) {
            client.admin().createKeyspace("rehearsal", KeyspaceSettings.DEFAULT.withTolerates(0));
            Keyspace keyspace = client.keyspace("rehearsal");
            keyspace.put("key", "value".getBytes(StandardCharsets.UTF_8));
            keyspace.get("key");
            keyspace.scan("", ScanOptions.DEFAULT).stream().toList();
            keyspace.delete("key");
            client.admin().status();
        }
        node.stop();
        node.terminated().toCompletableFuture().get(STOP.toSeconds(), TimeUnit.SECONDS);
        return ExitCode.OK;
    }
}
