package io.holdfast.server.cli.local;

import io.holdfast.config.PersistenceSettings.Journal;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code up}: a cluster on this machine, in the foreground. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Run a cluster of several sites on this machine, a process each, until Ctrl-C. It prints 'ready: …' when "
                    + "all sites serve, and starts a site again that ends.",
            "Data, logs and settings of the sites are in the --data directory; the next 'up' goes on with them."
        })
public final class UpCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofMinutes(3);

    private final Terminal terminal;

    @Option(names = "--sites", paramLabel = "N", description = "How many sites, 1 to 9. Default: 3.")
    private int sites = 3;

    @Option(names = "--data", paramLabel = "DIR", description = "Where they keep everything. Default: ./holdfast-data.")
    private Path data = Path.of("holdfast-data");

    @Option(
            names = "--port",
            paramLabel = "P",
            description =
                    "The first site's port for clients; each further site's is 10 higher. Each site also takes the "
                            + "two ports after its own. Default: 7400.")
    private int port = LocalLayout.DEFAULT_PORT;

    @Option(
            names = "--nodes-per-site",
            paramLabel = "N",
            description =
                    "How many nodes each site has: 1, or 3 to 9 with --journal cassandra. Each is a process; they are called "
                            + "a1, a2, a3, b1 …, and their ports follow each other in threes. Default: 1.")
    private int nodesPerSite = 1;

    @Option(
            names = "--journal",
            paramLabel = "NAME",
            description =
                    "Where the sites keep their journals: rocksdb, or cassandra, which starts one Cassandra for all of them on the "
                            + "ports from P+95. Data is not moved from one to the other. Default: rocksdb.")
    private Journal journal = Journal.ROCKSDB;

    public UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LocalLayout layout = new LocalLayout(sites, nodesPerSite, port, data, SiteHosts.LOOPBACK, journal);
        Optional<Integer> taken = layout.takenPort();
        if (taken.isPresent()) {
            throw CommandFailure.usage("Port " + taken.get()
                    + " is in use, perhaps by another 'holdfast up': stop that, or " + "give other ports with --port.");
        }
        try (FileLock lock = DirectoryLock.take(layout.dataDir(), "holdfast up")) {
            run(layout);
            lock.release();
        }
        return ExitCode.OK;
    }

    private void run(LocalLayout layout) throws InterruptedException {
        PrintStream out = terminal.out();
        Consumer<String> story = line -> {
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        };
        // At a stop the sites go first: they still write.
        Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(parts, story), "holdfast-stop"));
        if (journal == Journal.CASSANDRA) {
            layout.writeConfigurations();
            parts.push(SupervisedCassandra.start(layout, story));
        }
        if (layout.patience() > 1) {
            story.accept("Many nodes for this machine: a silent one counts as lost only after " + layout.patience()
                    + " times the usual time (tolerance.patience)");
        }
        LocalCluster cluster = LocalCluster.start(layout, terminal.environment(), story);
        parts.push(cluster);
        Set<String> first = cluster.started();
        tellProcesses(first, cluster, story);
        try {
            cluster.awaitServing(START.multipliedBy(nodesPerSite));
        } catch (CommandFailure failed) {
            stop(parts, story);
            throw failed;
        }
        Set<String> later = cluster.started();
        later.removeAll(first);
        tellProcesses(later, cluster, story);
        story.accept("ready: " + layout.describe());
        // Until a signal: the hook stops the sites, and the JVM ends with 130 or 143.
        new CountDownLatch(1).await();
    }

    private static void tellProcesses(Set<String> nodes, LocalCluster cluster, Consumer<String> story) {
        LocalLayout layout = cluster.layout();
        nodes.forEach(node ->
                story.accept(layout.label(node) + ": process " + cluster.pid(node) + ", log " + layout.log(node)));
    }

    private static void stop(Deque<AutoCloseable> parts, Consumer<String> story) {
        for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
            try {
                part.close();
            } catch (Exception failed) {
                story.accept("A part has not stopped in order: " + failed.getMessage());
            }
        }
    }
}
