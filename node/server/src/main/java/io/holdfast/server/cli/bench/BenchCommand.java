package io.holdfast.server.cli.bench;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Limits;
import io.holdfast.client.Reason;
import io.holdfast.client.WriteResult;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Connection;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Json;
import io.holdfast.server.cli.JsonOption;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: a closed loop of clients against a running cluster. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure throughput and latency: a number of clients, each of which sends its next request when it has its "
                    + "answer. Gets are linearizable, puts wait for the server's write concern.",
            "txn: each transaction reads and writes a key in each of --span partitions. bank: transfers between --keys "
                    + "accounts, whose sum is checked every three seconds and at the end; exit code 1 if it is wrong.",
            "It writes into a keyspace of its own, which it creates."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int PRELOAD_IN_FLIGHT = 2048;
    private static final Duration AUDIT_HISTORY = Duration.ofMinutes(1);

    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--mode", paramLabel = "put|get|mixed|txn|bank", description = "What to do. Default: put.")
    private BenchPlan.Mode mode = BenchPlan.Mode.PUT;

    @Option(names = "--clients", paramLabel = "N", description = "Requests under way at a time. Default: 64.")
    private int clients = 64;

    @Option(names = "--seconds", paramLabel = "S", description = "How long to measure. Default: 10.")
    private int seconds = 10;

    @Option(names = "--warmup", paramLabel = "S", description = "How long to run before measuring. Default: 3.")
    private int warmup = 3;

    @Option(names = "--value-size", paramLabel = "BYTES", description = "Size of the values. Default: 256.")
    private int valueSize = 256;

    @Option(names = "--keys", paramLabel = "N", description = "How many different keys. Default: 100000.")
    private int keys = 100_000;

    @Option(names = "--span", paramLabel = "N", description = "Partitions of a transaction of txn. Default: 1.")
    private int span = 1;

    @Option(names = "--keyspace", paramLabel = "KS", description = "The keyspace. Default: bench, and bank for bank.")
    private Optional<String> keyspaceName = Optional.empty();

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Partitions of the keyspace, if it has to be created. Default: the server's, 16.")
    private int partitions;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Instances of the SDK, which share the clients; each has a thread and a connection a node. "
                    + "Default: 1.")
    private int connections = 1;

    public BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    private String keyspace() {
        return keyspaceName.orElse(mode == BenchPlan.Mode.BANK ? "bank" : "bench");
    }

    @Override
    public Integer call() throws InterruptedException {
        BenchPlan plan = new BenchPlan(mode, clients, keys, valueSize, span, warmup, seconds);
        if (connections < 1 || connections > Math.min(64, clients)) {
            throw CommandFailure.usage("--connections is " + connections + ": give 1 to 64, and no more than clients.");
        }
        Limits.checkKeyspaceName(keyspace());
        List<HoldfastClient> sdks = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                sdks.add(connection.connect(terminal, ClientOptions.DEFAULT.withDeadline(connection.timeout())));
            }
            int partitionsThere = ensureKeyspace(sdks.get(0));
            if (mode == BenchPlan.Mode.TXN && span > partitionsThere) {
                throw CommandFailure.usage("--span is " + span + ", and keyspace '" + keyspace() + "' has "
                        + partitionsThere + " partitions.");
            }
            BenchReport report = run(plan, sdks, partitionsThere);
            terminal.out().print(json.wanted() ? Json.pretty(report.json()) + "\n" : report.text());
            return report.good() ? ExitCode.OK : ExitCode.FAILED;
        } finally {
            sdks.forEach(HoldfastClient::close);
        }
    }

    private BenchReport run(BenchPlan plan, List<HoldfastClient> sdks, int partitionsThere)
            throws InterruptedException {
        Key[] all = ClosedLoop.keys(plan.keys());
        plan.checkSpan(all, partitionsThere);
        byte[] value = new byte[plan.valueBytes()];
        new SplittableRandom(1).nextBytes(value);
        Keyspace first = sdks.get(0).keyspace(keyspace());
        if (mode.reads()) {
            preload(first, all, mode == BenchPlan.Mode.BANK ? Work.text(Work.OPENING_BALANCE) : value);
        }
        List<ClosedLoop> loops = new ArrayList<>();
        for (int i = 0; i < sdks.size(); i++) {
            int share = clients / sdks.size() + (i < clients % sdks.size() ? 1 : 0);
            Keyspace target = sdks.get(i).keyspace(keyspace());
            Work work =
                    switch (mode) {
                        case PUT -> Work.put(target, all, value);
                        case GET -> Work.get(target, all);
                        case MIXED -> Work.mixed(target, all, value);
                        case TXN -> Work.transaction(target, all, value, partitionsThere, span);
                        case BANK -> Work.transfer(target, all, partitionsThere);
                    };
            loops.add(new ClosedLoop(work, share, i));
        }
        Optional<BankAudit> audit =
                mode == BenchPlan.Mode.BANK ? Optional.of(new BankAudit(first, Set.of(all))) : Optional.empty();
        audit.ifPresent(BankAudit::start);
        long from = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmup);
        long until = from + TimeUnit.SECONDS.toNanos(seconds);
        loops.forEach(loop -> loop.start(from, until));
        Histogram latencies = new Histogram(3);
        Map<Reason, Long> errors = new EnumMap<>(Reason.class);
        for (ClosedLoop loop : loops) {
            loop.await();
            latencies.add(loop.latencies());
            loop.errors().forEach((reason, count) -> errors.merge(reason, count, Long::sum));
        }
        if (audit.isPresent()) {
            String trouble = audit.get().finish();
            return new BenchReport(
                    plan,
                    latencies,
                    errors,
                    Optional.of(new BenchReport.Audit(audit.get().audits(), trouble)));
        }
        return new BenchReport(plan, latencies, errors, Optional.empty());
    }

    /** How many partitions it has. */
    private int ensureKeyspace(HoldfastClient client) {
        KeyspaceSettings usual = KeyspaceSettings.DEFAULT;
        // An audit reads all accounts of one moment, which takes a while under load.
        KeyspaceSettings kept = mode == BenchPlan.Mode.BANK ? usual.withHistory(AUDIT_HISTORY) : usual;
        KeyspaceSettings settings = partitions == 0 ? kept : kept.withPartitions(partitions);
        return client.admin().listKeyspaces().stream()
                .filter(each -> each.name().equals(keyspace()))
                .findFirst()
                .orElseGet(() -> client.admin().createKeyspace(keyspace(), settings))
                .partitions();
    }

    /** Gets must find something. */
    private void preload(Keyspace into, Key[] all, byte[] value) throws InterruptedException {
        terminal.err().println("writing " + Text.count(all.length, "key") + " to read …");
        Semaphore room = new Semaphore(PRELOAD_IN_FLIGHT);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < all.length && failure.get() == null; i++) {
            room.acquire();
            CompletionStage<WriteResult> put = into.putAsync(all[i], value);
            put.whenComplete((result, error) -> {
                if (error != null) {
                    failure.compareAndSet(null, error);
                }
                room.release();
            });
        }
        room.acquire(PRELOAD_IN_FLIGHT);
        Throwable error = failure.get();
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof HoldfastException known) {
            throw known;
        }
        if (cause != null) {
            throw new IllegalStateException(cause);
        }
    }
}
