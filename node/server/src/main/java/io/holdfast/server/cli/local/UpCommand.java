package io.holdfast.server.cli.local;

import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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

    public UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LocalLayout layout = new LocalLayout(sites, port, data);
        Optional<Integer> taken = layout.takenPort();
        if (taken.isPresent()) {
            throw CommandFailure.usage("Port " + taken.get()
                    + " is in use, perhaps by another 'holdfast up': stop that, or " + "give other ports with --port.");
        }
        try (FileLock lock = lock(layout.dataDir())) {
            run(layout);
            lock.release();
        }
        return ExitCode.OK;
    }

    private void run(LocalLayout layout) throws InterruptedException {
        PrintStream out = terminal.out();
        LocalCluster cluster = LocalCluster.start(layout, terminal.environment(), line -> {
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "holdfast-stop"));
        for (String site : layout.names()) {
            out.println("site " + site + ": process " + cluster.pid(site) + ", log " + layout.log(site));
        }
        out.flush();
        try {
            cluster.awaitServing(START);
        } catch (CommandFailure failed) {
            cluster.close();
            throw failed;
        }
        synchronized (out) {
            out.println("ready: " + layout.describe());
            out.flush();
        }
        // Until a signal: the hook stops the sites, and the JVM ends with 130 or 143.
        new CountDownLatch(1).await();
    }

    /** Two clusters must not share a directory; the lock goes with the process. */
    private static FileLock lock(Path dataDir) throws IOException {
        Path file = dataDir.resolve("lock");
        FileChannel channel;
        try {
            Files.createDirectories(dataDir);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException failed) {
            throw CommandFailure.usage("The directory '" + dataDir + "' cannot be used for data ("
                    + LocalLayout.message(failed) + "): give another with --data.");
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException inThisProcess) {
            // The same answer as for another process.
        }
        channel.close();
        throw CommandFailure.usage("The directory '" + dataDir
                + "' is in use by another 'holdfast up': stop that, or give " + "another with --data.");
    }
}
