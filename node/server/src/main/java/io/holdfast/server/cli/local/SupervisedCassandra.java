package io.holdfast.server.cli.local;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.persistence.cassandra.CassandraException;
import io.holdfast.persistence.cassandra.SiteCassandra;
import io.holdfast.persistence.cassandra.local.LocalCassandra;
import io.holdfast.persistence.cassandra.local.LocalCassandraException;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Text;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The Cassandra of a local cluster: one process for all sites, a keyspace for each. It is started again when it ends. Thread-safe. */
final class SupervisedCassandra implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final LocalLayout layout;
    private final Consumer<String> story;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "holdfast-cassandra-supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private LocalCassandra running;
    private boolean closing;

    private SupervisedCassandra(LocalLayout layout, Consumer<String> story) {
        this.layout = layout;
        this.story = story;
    }

    /** Returns when it takes connections and every site has its keyspace. The configurations of the sites must be written. */
    static SupervisedCassandra start(LocalLayout layout, Consumer<String> story) throws InterruptedException {
        var supervised = new SupervisedCassandra(layout, story);
        try {
            supervised.launch().awaitReady(START);
            for (String site : layout.siteNames()) {
                HoldfastSettings settings =
                        HoldfastSettings.load(layout.config(layout.nodesOf(site).get(0)));
                try (var cassandra = SiteCassandra.connect(PekkoConfig.of(settings, PekkoConfig.Hosting.OWN_PROCESS))) {
                    cassandra.createSchema(1);
                }
            }
            return supervised;
        } catch (CassandraException failed) {
            supervised.close();
            throw CommandFailure.failed(failed.getMessage() + ". Its log is "
                    + layout.cassandra().directory().resolve("cassandra.log") + ".");
        } catch (LocalCassandraException failed) {
            supervised.close();
            throw failed;
        }
    }

    private synchronized LocalCassandra launch() throws InterruptedException {
        LocalCassandra started = LocalCassandra.start(layout.cassandra(), story);
        running = started;
        story.accept("cassandra: process " + started.pid() + ", log " + started.log());
        started.ended().thenAccept(code -> ended(started, code));
        return started;
    }

    private synchronized void ended(LocalCassandra process, int exitCode) {
        if (!closing && process == running) {
            timer.schedule(() -> again(exitCode), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void again(int exitCode) {
        if (closing) {
            return;
        }
        try {
            launch();
            story.accept("Cassandra ended (exit code " + exitCode + "); started again after " + Text.duration(PAUSE));
        } catch (LocalCassandraException failed) {
            story.accept(failed.getMessage() + "; trying again in " + Text.duration(PAUSE));
            timer.schedule(() -> again(exitCode), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        LocalCassandra last;
        synchronized (this) {
            closing = true;
            last = running;
        }
        timer.shutdownNow();
        if (last != null) {
            last.close();
        }
    }
}
