package io.holdfast.persistence.cassandra.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A real Cassandra as a process of this machine, on loopback, for development and tests. One process at a time for a
 * directory. Thread-safe. It ends with the process that started it.
 */
public final class LocalCassandra implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration STOP_IN_ORDER = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 50;
    private static final int LOG_LINES = 15;

    /**
     * How a Cassandra is to run.
     *
     * @param directory all that it keeps, and its log; created if it is not there
     * @param port for clients; the next two are taken as well
     * @param heap of the JVM, such as {@code 512m}
     * @param passwords whether clients must log in; the first user is {@code cassandra} with the password {@code cassandra}
     * @param more lines for the end of {@code cassandra.yaml}
     */
    public record Options(Path directory, int port, String heap, boolean passwords, List<String> more) {
        public static final int DEFAULT_PORT = 9042;
        public static final String DEFAULT_HEAP = "512m";

        public Options {
            directory = directory.toAbsolutePath().normalize();
            more = List.copyOf(more);
        }

        public Options(Path directory, int port) {
            this(directory, port, DEFAULT_HEAP, false, List.of());
        }
    }

    private final Options options;
    private final Process process;

    private LocalCassandra(Options options, Process process) {
        this.options = options;
        this.process = process;
    }

    /**
     * Starts the process and returns at once; {@link #awaitReady} waits until it takes connections.
     *
     * @param story told, in a line each, what takes long
     * @throws LocalCassandraException if a port is taken, the directory cannot be used or Cassandra's libraries cannot be had
     */
    public static LocalCassandra start(Options options, Consumer<String> story) throws InterruptedException {
        for (int port = options.port(); port < options.port() + CassandraFiles.PORTS; port++) {
            if (!isFree(port)) {
                throw new LocalCassandraException(
                        "Port " + port + " is in use, perhaps by another Cassandra: stop that, or choose"
                                + " another port (it takes " + CassandraFiles.PORTS + " in a row)");
            }
        }
        String classPath = CassandraRuntime.classPath(story);
        try {
            var files = CassandraFiles.write(options);
            Process process = new ProcessBuilder(files.command(classPath))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(log(options).toFile()))
                    .start();
            return new LocalCassandra(options, process);
        } catch (IOException e) {
            throw new LocalCassandraException(
                    "Cassandra cannot be started in " + options.directory() + ": " + e.getMessage(), e);
        }
    }

    private static Path log(Options options) {
        return options.directory().resolve("cassandra.log");
    }

    /**
     * A port that is free now, as are those behind it that a Cassandra takes as well.
     *
     * <p>It is below those that systems give to outgoing connections (32768 and up on Linux). Who asks one of these again and again whether somebody
     * listens there is one day given it for the asking, is connected with itself, and holds the port.
     *
     * @throws LocalCassandraException if none is found
     */
    public static int freePort() {
        return ThreadLocalRandom.current()
                .ints(1000, 20_000, 32_000)
                .filter(first ->
                        IntStream.range(first, first + CassandraFiles.PORTS).allMatch(LocalCassandra::isFree))
                .findFirst()
                .orElseThrow(
                        () -> new LocalCassandraException("There are no free ports from 20000 to 32000: choose one"));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /**
     * Waits until it takes connections.
     *
     * @throws LocalCassandraException with the end of its log if it ends before, or the time is over
     */
    public LocalCassandra awaitReady(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (!takesConnections()) {
            boolean ended = !process.isAlive();
            if (ended || System.nanoTime() > deadline) {
                throw new LocalCassandraException("Cassandra "
                        + (ended
                                ? "has ended with exit code " + process.exitValue()
                                : "takes no connections after " + wait)
                        + ". The end of its log, " + log(options) + ":\n" + endOfLog());
            }
            Thread.sleep(POLL_MILLIS);
        }
        return this;
    }

    private boolean takesConnections() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, options.port()), 1000);
            // Not with itself, see freePort.
            return process.isAlive() && socket.getLocalPort() != options.port();
        } catch (IOException notYet) {
            return false;
        }
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(log(options));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(it cannot be read: " + unreadable + ")";
        }
    }

    /** {@code 127.0.0.1:9042}, as a contact point. */
    public String endpoint() {
        return HOST + ":" + options.port();
    }

    public Path log() {
        return log(options);
    }

    public long pid() {
        return process.pid();
    }

    /** Completes with the exit code when the process has ended. */
    public CompletionStage<Integer> ended() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** Ends it as a power cut would. Returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it in order, so that the next start is quick; kills it after 20 s. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_IN_ORDER.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException hurry) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
