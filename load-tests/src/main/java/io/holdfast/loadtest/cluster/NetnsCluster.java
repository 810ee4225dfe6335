package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Three sites on this machine, each in a network of its own, which can be cut off. A killed site stays away until it is brought back. */
final class NetnsCluster implements Cluster {
    private static final List<String> SITES = List.of("a", "b", "c");
    private static final int PORT = 7400;
    private static final long STOP_SECONDS = 30;

    private final Netns netns;
    private final String program;
    private final Path data;
    private final boolean keep;
    private final Map<String, Process> processes = new HashMap<>();
    private boolean closed;

    private NetnsCluster(Netns netns, String program, Path data, boolean keep) {
        this.netns = netns;
        this.program = program;
        this.data = data;
        this.keep = keep;
    }

    /**
     * Starts one, with its data in a temporary directory. Returns at once: the sites need a while to serve.
     *
     * @param home where {@code bin/holdfast} is, which must have been built
     */
    static NetnsCluster start(Path home, boolean keep) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("holdfast-load-");
        var cluster = new NetnsCluster(Netns.create(SITES), Program.of(home).toString(), data, keep);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "holdfast-load-stop"));
        for (String site : SITES) {
            Files.writeString(cluster.config(site), cluster.configuration(site));
            cluster.launch(site);
        }
        return cluster;
    }

    private Path config(String site) {
        return data.resolve(site + ".conf");
    }

    private String configuration(String self) {
        String sites = SITES.stream()
                .map(site -> "  " + site + " { hosts = [\"" + netns.address(site) + "\"], port = " + PORT + " }\n")
                .collect(Collectors.joining());
        return "site { name = " + self + ", data-dir = \"" + data.resolve(self) + "\" }\n"
                + "tolerance { sites = 1 }\nsites {\n" + sites + "}\n";
    }

    private synchronized void launch(String site) throws IOException {
        // Ends with its standard input, which is a pipe from here.
        List<String> node = List.of(
                program, "node", "--end-with-input", "--config", config(site).toString());
        processes.put(
                site,
                new ProcessBuilder(netns.inside(site, node))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                data.resolve(site + ".log").toFile()))
                        .start());
    }

    private synchronized Process process(String site) throws IOException {
        Process process = processes.get(site);
        if (process == null) {
            throw new IOException("There is no site '" + site + "': there are " + SITES + ".");
        }
        return process;
    }

    @Override
    public String endpoints() {
        return SITES.stream().map(site -> netns.address(site) + ":" + PORT).collect(Collectors.joining(","));
    }

    @Override
    public void lose(String site, Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case KILL -> process(site).destroyForcibly().waitFor();
            case PAUSE -> Signals.send("STOP", process(site).pid());
            case CUT -> netns.cut(site);
        }
    }

    @Override
    public void bringBack(String site, Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case KILL -> launch(site);
            case PAUSE -> Signals.send("CONT", process(site).pid());
            case CUT -> netns.mend(site);
        }
    }

    @Override
    public void restart(String site) throws IOException, InterruptedException {
        process(site).destroy();
        if (!process(site).waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("Site " + site + " has not stopped in order within " + STOP_SECONDS + " s.");
        }
        launch(site);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.values().forEach(Process::destroyForcibly);
        try {
            for (Process process : processes.values()) {
                process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        netns.close();
        if (!keep) {
            Directories.delete(data);
        }
    }
}
