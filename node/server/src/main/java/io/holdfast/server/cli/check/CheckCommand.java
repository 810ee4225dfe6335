package io.holdfast.server.cli.check;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.InterruptHook;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.SiteNetworks;
import io.holdfast.server.cli.local.TemporaryLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code check}: runs transactions while sites are killed and stopped, and judges what they saw. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Start three sites on this machine, run transactions that read lists and append to them, and others that move money "
                    + "between accounts, while sites are killed (SIGKILL), stopped (SIGSTOP) and, as root on Linux, cut off, and check by the history that "
                    + "they were strict serializable, snapshots consistent, and the sum of the accounts the same in every audit.",
            "Exit code 0 only if no anomaly is found, and there were appends, transfers, audits of both kinds and faults to find one in. The last line says so: check: PASS committed=… worst_gap_ms=…"
        })
public final class CheckCommand implements Callable<Integer> {
    private static final String KEYSPACE = "check";
    private static final Duration START = Duration.ofMinutes(3);

    private final Terminal terminal;

    @Option(names = "--seconds", paramLabel = "S", description = "How long, 5 to 3600. Default: 30.")
    private int seconds = 30;

    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "Transactions on lists under way at a time; a quarter as many on accounts. Default: 16.")
    private int processes = 16;

    @Option(
            names = "--lists",
            paramLabel = "N",
            description = "How many lists: fewer mean more conflicts. Default: 64.")
    private int lists = 64;

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description =
                    "Write the history, as JSON lines that Jepsen's checkers read: of the lists to FILE, of the accounts to "
                            + "FILE.bank.")
    private Optional<String> history = Optional.empty();

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
        if (history.isEmpty()) {
            return runAndJudge(seen -> true);
        }
        try (HistoryFiles files = HistoryFiles.open(history.get())) {
            return runAndJudge(seen -> files.write(seen.lists(), seen.bank(), this::say));
        }
    }

    /** @param keep keeps the histories, and answers whether it could */
    private int runAndJudge(Predicate<Seen> keep) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("holdfast-check-");
        var sites = new CheckSites(data, this::say);
        InterruptHook hook = InterruptHook.set("holdfast-check-stop", () -> clean(sites, data));
        Seen seen;
        try (sites) {
            LocalCluster cluster = sites.start(!noFaults, terminal.environment());
            cluster.awaitServing(START);
            say("ready: " + cluster.layout().describe());
            seen = load(cluster, sites.networks());
        } catch (IOException | RuntimeException failed) {
            if (hook.remove()) {
                say("The sites' data and logs are in " + data);
            }
            throw failed;
        }
        hook.remove();
        boolean kept = keep.test(seen);
        int code = judge(seen);
        if (code == ExitCode.OK) {
            TemporaryLayout.delete(data);
        } else {
            say("The sites' data and logs are in " + data);
        }
        return kept ? code : ExitCode.FAILED;
    }

    /** After Ctrl-C. */
    private static void clean(CheckSites sites, Path data) {
        sites.close();
        TemporaryLayout.delete(data);
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
    private Seen load(LocalCluster cluster, Optional<SiteNetworks> networks) throws IOException, InterruptedException {
        var clients = new ArrayList<HoldfastClient>();
        try {
            for (String site : cluster.layout().names()) {
                clients.add(HoldfastClient.connect(
                        cluster.layout().endpointsFrom(site),
                        ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(10))));
            }
            clients.get(0).admin().createKeyspace(KEYSPACE, KeyspaceSettings.DEFAULT.withPartitions(8));
            try (var load = new AppendLoad(clients, KEYSPACE, processes, lists);
                    var bank = new BankLoad(clients, KEYSPACE, Math.max(2, processes / 4))) {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                OptionalInt faults = OptionalInt.empty();
                if (noFaults) {
                    TimeUnit.SECONDS.sleep(seconds);
                } else {
                    faults = OptionalInt.of(new Faults(cluster, networks, this::say).run(until));
                }
                load.stop();
                bank.stop();
                return new Seen(
                        load.history(),
                        bank.history(),
                        Stream.of(load, bank)
                                .flatMap(it -> it.troubles().stream())
                                .toList(),
                        faults);
            }
        } finally {
            List.copyOf(clients).forEach(HoldfastClient::close);
        }
    }

    private record Seen(History lists, BankHistory bank, List<Trouble> troubles, OptionalInt faults) {}

    private int judge(Seen seen) {
        Verdict verdict = Verdict.of(seen.lists(), seen.bank(), seen.troubles(), seen.faults());
        verdict.troubles().forEach(trouble -> terminal.out().println(trouble.words()));
        if (verdict.passed()) {
            say(Text.count(seen.lists().transactions().size(), "transaction")
                    + " judged: strict serializable; the sum is right in "
                    + Text.count(seen.bank().audits(), "audit"));
        }
        terminal.out().println(verdict.line());
        return verdict.passed() ? ExitCode.OK : ExitCode.FAILED;
    }
}
