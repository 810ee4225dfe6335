package io.holdfast.server.cli.local;

import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Supervises a process for each site: starts them, starts one again that ends, stops them all. Safe for use by several
 * threads. {@link #close} must be called; if this process dies without it, the sites stop by themselves.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration STOP_IN_ORDER = Duration.ofSeconds(20);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);
    /** A process that ran for so long has started well: its next end is a new story. */
    private static final Duration STEADY = Duration.ofSeconds(30);

    private static final long POLL_MILLIS = 20;

    private final LocalLayout layout;
    private final Map<String, String> environment;
    private final Consumer<String> story;
    private final Map<String, Site> sites = new LinkedHashMap<>();
    private final ScheduledExecutorService timer;
    private boolean closing;

    private static final class Site {
        Process process;
        long startedNanos;
        /** Where in the log this process began. */
        long logFrom;

        Duration backoff = FIRST_BACKOFF;
        /** It was killed on purpose, and stays away until it is wanted again. */
        boolean keptDown;
    }

    private LocalCluster(LocalLayout layout, Map<String, String> environment, Consumer<String> story) {
        this.layout = layout;
        this.environment = Map.copyOf(environment);
        this.story = story;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "holdfast-supervisor");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts all sites, and returns at once. Of sites with several nodes most start; {@link #awaitServing(Duration)} starts the others.
     *
     * @param story told, in a line each, what a person should know
     */
    public static LocalCluster start(LocalLayout layout, Map<String, String> environment, Consumer<String> story) {
        layout.writeConfigurations();
        LocalCluster cluster = new LocalCluster(layout, environment, story);
        try {
            layout.turns().get(0).forEach(cluster::launch);
        } catch (RuntimeException failed) {
            cluster.close();
            throw failed;
        }
        return cluster;
    }

    public LocalLayout layout() {
        return layout;
    }

    public synchronized long pid(String site) {
        return sites.get(site).process.pid();
    }

    /**
     * Waits until every node serves; fails when one cannot start, or the time is over.
     *
     * @throws InterruptedException also when {@link #close} is called meanwhile
     */
    public void awaitServing(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        for (List<String> turn : layout.turns()) {
            turn.forEach(this::launchOnce);
            for (String node : turn) {
                awaitServing(node, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        }
    }

    private synchronized void launchOnce(String node) {
        if (!sites.containsKey(node)) {
            launch(node);
        }
    }

    private void requireOpen() throws InterruptedException {
        if (closing) {
            throw new InterruptedException("The cluster is being stopped.");
        }
    }

    /** The nodes that have been started. */
    public synchronized Set<String> started() {
        return new LinkedHashSet<>(sites.keySet());
    }

    /**
     * Waits until one site serves. The word of its own process counts, in its log: at its port another's node might answer.
     */
    public void awaitServing(String site, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (!saysReady(site)) {
            Process process = process(site);
            boolean hopeless = !process.isAlive() && process.exitValue() == ExitCode.USAGE;
            if (hopeless || System.nanoTime() > deadline) {
                String what = hopeless ? " does not start" : " does not serve after " + Text.duration(wait);
                throw CommandFailure.failed("The " + layout.label(site) + what + ". The end of its log, "
                        + layout.log(site) + ":\n" + layout.endOfLog(site));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean saysReady(String site) throws InterruptedException {
        long from;
        synchronized (this) {
            requireOpen();
            from = sites.get(site).logFrom;
        }
        return layout.logSince(site, from).contains("ready: " + layout.site(site) + "=" + layout.endpoint(site) + "\n");
    }

    private synchronized Process process(String site) throws InterruptedException {
        requireOpen();
        return sites.get(site).process;
    }

    /** Kills a node as a power cut would (SIGKILL), and keeps it down. Returns when the process is gone. */
    public void kill(String site) throws InterruptedException {
        Process process;
        synchronized (this) {
            sites.get(site).keptDown = true;
            process = sites.get(site).process;
            process.destroyForcibly();
        }
        process.waitFor();
    }

    /** Starts a site again that was killed. */
    public synchronized void restart(String site) {
        sites.get(site).keptDown = false;
        launch(site);
    }

    private synchronized void launch(String name) {
        Site site = sites.computeIfAbsent(name, unknown -> new Site());
        if (closing || site.keptDown) {
            return;
        }
        try {
            site.logFrom = layout.logSize(name);
            Process process = SiteProcess.start(layout, name, environment);
            site.process = process;
            site.startedNanos = System.nanoTime();
            process.onExit().thenAccept(ended -> ended(name, ended));
        } catch (IOException failed) {
            throw CommandFailure.failed(
                    "The process of " + layout.label(name) + " cannot be started: " + failed.getMessage());
        }
    }

    private synchronized void ended(String name, Process ended) {
        Site site = sites.get(name);
        if (closing || site.keptDown || site.process != ended) {
            return;
        }
        if (System.nanoTime() - site.startedNanos > STEADY.toNanos()) {
            site.backoff = FIRST_BACKOFF;
        }
        Duration pause = site.backoff;
        Duration doubled = pause.multipliedBy(2);
        site.backoff = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
        timer.schedule(() -> again(name, ended.exitValue(), pause), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    // The word comes with the new start, not with the end: at a Ctrl-C all processes end, and nobody has to read of it.
    private synchronized void again(String name, int exitCode, Duration pause) {
        if (closing || sites.get(name).keptDown) {
            return;
        }
        try {
            launch(name);
            story.accept(layout.label(name) + " ended (" + describe(exitCode) + "); started again after "
                    + Text.duration(pause) + " as process "
                    + sites.get(name).process.pid() + ", log " + layout.log(name));
        } catch (CommandFailure failed) {
            story.accept(failed.getMessage() + "; trying again in " + Text.duration(LONGEST_BACKOFF));
            timer.schedule(() -> again(name, exitCode, pause), LONGEST_BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static String describe(int exitCode) {
        // A shell's convention, which Java follows: 128 and the number of the signal.
        return switch (exitCode) {
            case 137 -> "killed with SIGKILL";
            case 143 -> "stopped with SIGTERM";
            default -> "exit code " + exitCode;
        };
    }

    /** Stops all sites in order, and kills those that have not ended after 20 s. */
    @Override
    public void close() {
        Map<String, Process> running = new LinkedHashMap<>();
        synchronized (this) {
            closing = true;
            sites.forEach((name, site) -> {
                if (site.process != null) {
                    running.put(name, site.process);
                }
            });
        }
        timer.shutdownNow();
        running.values().forEach(Process::destroy);
        long deadline = System.nanoTime() + STOP_IN_ORDER.toNanos();
        running.forEach((name, process) -> {
            try {
                if (!process.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    story.accept(layout.label(name) + " has not stopped within " + Text.duration(STOP_IN_ORDER)
                            + ": killed");
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException hurry) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
    }
}
