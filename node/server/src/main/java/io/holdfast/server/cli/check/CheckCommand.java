package io.holdfast.server.cli.check;

import io.holdfast.checker.ListAppendChecker;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.checker.Violation;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.LocalLayout;
import io.holdfast.server.cli.local.TemporaryLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code check}: runs transactions while sites are killed and stopped, and judges what they saw. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Start three sites on this machine, run transactions that read lists and append to them while sites are killed "
                    + "(SIGKILL) and stopped (SIGSTOP), and check by the history that they were strict serializable, and "
                    + "snapshots consistent.",
            "Exit code 0 only if no anomaly is found. The last line says so: check: PASS committed=… worst_gap_ms=…"
        })
public final class CheckCommand implements Callable<Integer> {
    private static final String KEYSPACE = "check";
    private static final Duration START = Duration.ofMinutes(3);

    private final Terminal terminal;

    @Option(names = "--seconds", paramLabel = "S", description = "How long, 5 to 3600. Default: 30.")
    private int seconds = 30;

    @Option(names = "--processes", paramLabel = "N", description = "Transactions under way at a time. Default: 16.")
    private int processes = 16;

    @Option(
            names = "--lists",
            paramLabel = "N",
            description = "How many lists: fewer mean more conflicts. Default: 64.")
    private int lists = 64;

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description = "Write the history, as JSON lines that Jepsen's checkers read.")
    private Optional<Path> history = Optional.empty();

    @Option(names = "--no-faults", description = "Leave the sites alone.")
    private boolean noFaults;

    public CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        range("--seconds", seconds, 5, 3_600);
        range("--processes", processes, 1, 256);
        range("--lists", lists, 1, 100_000);
        Path data = Files.createTempDirectory("holdfast-check-");
        LocalLayout layout = TemporaryLayout.find(3, data, this::say);
        int code;
        try (LocalCluster cluster = LocalCluster.start(layout, terminal.environment(), this::say)) {
            cluster.awaitServing(START);
            say("ready: " + layout.describe());
            code = judge(load(cluster));
        }
        if (code == ExitCode.OK) {
            TemporaryLayout.delete(data);
        } else {
            say("The sites' data and logs are in " + data);
        }
        return code;
    }

    private static void range(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.usage(option + " is " + value + ": give " + least + " to " + most + ".");
        }
    }

    private void say(String line) {
        terminal.err().println(line);
    }

    /** Clients at every site, so that coordinators die with any of them. */
    private History load(LocalCluster cluster) throws IOException, InterruptedException {
        var clients = new ArrayList<HoldfastClient>();
        try {
            for (String site : cluster.layout().names()) {
                clients.add(HoldfastClient.connect(
                        cluster.layout().endpointsFrom(site),
                        ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(10))));
            }
            clients.get(0).admin().createKeyspace(KEYSPACE, KeyspaceSettings.DEFAULT.withPartitions(8));
            try (var load = new AppendLoad(clients, KEYSPACE, processes, lists)) {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                if (noFaults) {
                    TimeUnit.SECONDS.sleep(seconds);
                } else {
                    new Faults(cluster, this::say).run(until);
                }
                load.stop();
                return load.history();
            }
        } finally {
            List.copyOf(clients).forEach(HoldfastClient::close);
        }
    }

    private int judge(History done) throws IOException {
        if (history.isPresent()) {
            done.write(history.get());
            say("The history is in " + history.get());
        }
        long committed = done.count(Status.COMMITTED);
        Optional<Violation> violation = ListAppendChecker.check(done.transactions());
        String figures = "committed=" + committed + " conflicts=" + done.count(Status.ABORTED) + " unknown="
                + done.count(Status.UNKNOWN) + " worst_gap_ms=" + done.worstGapMillis();
        if (violation.isPresent()) {
            terminal.out().println(violation.get());
            terminal.out()
                    .println("check: FAIL " + figures + " anomaly="
                            + violation.get().anomaly());
            return ExitCode.FAILED;
        }
        say(Text.count(done.transactions().size(), "transaction") + " judged: strict serializable");
        terminal.out().println((committed > 0 ? "check: PASS " : "check: FAIL ") + figures);
        return committed > 0 ? ExitCode.OK : ExitCode.FAILED;
    }
}
