package io.holdfast.server.cli.cassandra;

import io.holdfast.persistence.cassandra.local.LocalCassandra;
import io.holdfast.persistence.cassandra.local.LocalCassandraException;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.local.DirectoryLock;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cassandra}: one Cassandra on this machine, in the foreground. */
@Command(
        name = "cassandra",
        mixinStandardHelpOptions = true,
        description = {
            "Run one real Cassandra on this machine, for development, until Ctrl-C or SIGTERM. It prints 'ready: …' when it takes "
                    + "connections. The first start of all fetches it with Maven.",
            "For a site that must not be lost run a Cassandra of several nodes instead."
        })
public final class CassandraCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofMinutes(3);
    private static final int HIGHEST_PORT = 65_533;

    private final Terminal terminal;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where it keeps everything, its log too. Default: ./holdfast-data/cassandra.")
    private Path data = Path.of("holdfast-data", "cassandra");

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "Its port for clients; it takes the next two as well. Default: 9042.")
    private int port = LocalCassandra.Options.DEFAULT_PORT;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of its JVM. Default: 512m.")
    private String heap = LocalCassandra.Options.DEFAULT_HEAP;

    @Option(
            names = "--passwords",
            description = "Clients must log in. The first user is 'cassandra' with the password 'cassandra'.")
    private boolean passwords;

    public CassandraCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 1024 || port > HIGHEST_PORT) {
            throw CommandFailure.usage("--port is " + port + ": give 1024 to " + HIGHEST_PORT + ".");
        }
        if (!heap.matches("[1-9][0-9]{0,6}[mMgG]")) {
            throw CommandFailure.usage("--heap is '" + heap + "': give a size such as 512m or 2g.");
        }
        try (FileLock lock = DirectoryLock.take(data, "holdfast cassandra")) {
            int ended = run(new LocalCassandra.Options(data, port, heap, passwords, List.of()));
            lock.release();
            throw CommandFailure.failed("Cassandra has ended with exit code " + ended + "; its log is "
                    + data.resolve("cassandra.log") + ".");
        }
    }

    private int run(LocalCassandra.Options options) throws InterruptedException {
        LocalCassandra cassandra =
                LocalCassandra.start(options, line -> terminal.err().println("holdfast: " + line));
        Runtime.getRuntime().addShutdownHook(new Thread(cassandra::close, "holdfast-stop"));
        terminal.out().println("cassandra: process " + cassandra.pid() + ", log " + cassandra.log());
        terminal.out().flush();
        try {
            cassandra.awaitReady(START);
        } catch (LocalCassandraException failed) {
            cassandra.close();
            throw failed;
        }
        terminal.out().println("ready: " + cassandra.endpoint());
        terminal.out().flush();
        // A signal ends this process; its hook stops Cassandra in order.
        return cassandra.ended().toCompletableFuture().join();
    }
}
