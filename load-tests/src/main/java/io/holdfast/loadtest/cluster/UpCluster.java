package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Three sites on this machine, run by {@code holdfast up}, which starts a site again that ends. */
public final class UpCluster implements Cluster {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration NEXT_PROCESS = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(30);
    /** Ends "up" with this process, even if that is killed: its standard input is a pipe from here. Ends when "up" does. */
    private static final String GUARD = "exec 3<&0; \"$@\" </dev/null 3<&- & up=$!;"
            + " (cat <&3; kill $up) >/dev/null 2>&1 & watch=$!; wait $up; kill $watch";

    /** A cluster started here. */
    private record Own(Process guard, Path data, boolean keep) {}

    private final Path log;
    private final Optional<Own> own;
    private final Map<String, Long> ended = new ConcurrentHashMap<>();

    private UpCluster(Path log, Optional<Own> own) {
        this.log = log;
        this.own = own;
    }

    /** The one that an {@code up} runs whose output goes to this file. */
    static UpCluster of(Path log) throws IOException {
        if (UpLog.read(log).endpoints().isEmpty()) {
            throw new IOException("The file '" + log + "' is no output of a 'holdfast up' that has got ready: run "
                    + "'bin/holdfast up | tee FILE', and wait for 'ready:'.");
        }
        return new UpCluster(log, Optional.empty());
    }

    /**
     * Starts one, with its data in a temporary directory.
     *
     * @param home where {@code bin/holdfast} is
     * @param port the first of 30; 0: any that are free
     * @param keep leave data and logs where they are, in the end
     */
    public static UpCluster start(Path home, int port, boolean keep) throws IOException, InterruptedException {
        Path program = Program.of(home);
        Path data = Files.createTempDirectory("holdfast-load-");
        Path log = data.resolve("up.log");
        Process guard = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        GUARD,
                        "sh",
                        program.toString(),
                        "up",
                        "--data",
                        data.toString(),
                        "--port",
                        Integer.toString(port == 0 ? FreePorts.find() : port)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        UpCluster cluster = new UpCluster(log, Optional.of(new Own(guard, data, keep)));
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "holdfast-load-stop"));
        try {
            cluster.awaitReady(guard);
        } catch (IOException | InterruptedException | RuntimeException failed) {
            cluster.close();
            throw failed;
        }
        return cluster;
    }

    private void awaitReady(Process guard) throws IOException, InterruptedException {
        Waiting.until(
                START,
                () -> {
                    Optional<String> ready = UpLog.read(log).endpoints();
                    if (ready.isEmpty() && !guard.isAlive()) {
                        throw new IOException("'holdfast up' has ended:\n" + output());
                    }
                    return ready.isPresent();
                },
                () -> "The sites do not serve after " + START.toSeconds() + " s:\n" + output());
    }

    /** Where the output of {@code up} goes. */
    public Path log() {
        return log;
    }

    private String output() {
        try {
            return Files.readString(log);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public String endpoints() {
        try {
            return UpLog.read(log).endpoints().orElseThrow();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private long process(String site) throws IOException {
        Long process = UpLog.read(log).processes().get(site);
        if (process == null) {
            throw new IOException("There is no site '" + site + "': there are "
                    + UpLog.read(log).processes().keySet().stream().sorted().toList() + ".");
        }
        return process;
    }

    @Override
    public void requireFault(Fault fault) {
        if (fault == Fault.CUT) {
            throw new IllegalArgumentException(
                    "The sites of 'holdfast up' share one network, of which none can be cut off: give "
                            + "-Dholdfast.netns=true as root, or kill or pause.");
        }
    }

    @Override
    public void lose(String site, Fault fault) throws IOException, InterruptedException {
        requireFault(fault);
        if (fault == Fault.KILL) {
            end(site, "KILL");
        } else {
            Signals.send("STOP", process(site));
        }
    }

    @Override
    public void bringBack(String site, Fault fault) throws IOException, InterruptedException {
        if (fault == Fault.KILL) {
            awaitNextProcess(site);
        } else {
            Signals.send("CONT", process(site));
        }
    }

    @Override
    public void restart(String site) throws IOException, InterruptedException {
        end(site, "TERM");
        awaitNextProcess(site);
    }

    private void end(String site, String signal) throws IOException, InterruptedException {
        long process = process(site);
        ended.put(site, process);
        Signals.send(signal, process);
    }

    private void awaitNextProcess(String site) throws IOException, InterruptedException {
        long before = ended.get(site);
        Waiting.until(
                NEXT_PROCESS,
                () -> process(site) != before,
                () -> "'holdfast up' has not started site " + site + " again:\n" + output());
    }

    @Override
    public void close() {
        own.ifPresent(UpCluster::stop);
    }

    private static synchronized void stop(Own own) {
        try {
            own.guard().getOutputStream().close();
            if (!own.guard().waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                // Its children end by themselves when "up" is gone.
                own.guard().descendants().forEach(ProcessHandle::destroyForcibly);
                own.guard().destroyForcibly();
            }
            if (!own.keep()) {
                Directories.delete(own.data());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("The sites in " + own.data() + " could not be stopped and removed", failed);
        } catch (InterruptedException interrupted) {
            own.guard().descendants().forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
