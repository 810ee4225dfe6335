package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.holdfast.loadtest.gatling.HoldfastDsl.holdfast;

import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Key;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.SnapshotOptions;
import io.holdfast.client.Transaction;
import io.holdfast.client.Versioned;
import io.holdfast.loadtest.Expectation.Finding;
import io.holdfast.loadtest.load.KeyDistribution;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A bank: transfers between accounts, each a transaction over two of them, while audits add up all accounts of one moment. Expects that
 * no money is made or lost, at any moment and in the end.
 */
public final class Transfers extends LoadSimulation {
    private static final long OPENING_BALANCE = 1000;
    private static final int LARGEST_AMOUNT = 100;
    /** An audit reads old versions for as long as it takes under load. */
    private static final Duration HISTORY = Duration.ofMinutes(1);

    private final String keyspace = settings.text("keyspace", "load-transfers");
    private final double rate = settings.number("rate", 100, 0.1, 1_000_000);
    private final double audits = settings.number("audits-per-second", 0.5, 0.01, 1000);
    private final Duration length = settings.seconds("seconds", 30, 1);
    private final Duration warmUp = settings.seconds("warm-up", 10, 0);
    private final int accounts = settings.whole("keys", 1000, 2, 1_000_000);
    private final KeyDistribution distribution = KeyDistribution.of(settings.text("distribution", "uniform"), accounts);
    private final int seed = settings.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
    private final List<Key> all =
            IntStream.range(0, accounts).mapToObj(i -> Key.of(account(i))).toList();

    public Transfers() {
        double p99 = settings.number("max-p99-ms", 500, 0, 1e6);
        expectAnswered("transfers", () -> figures.startingWith("transfer"));
        expectFailedAtMost("transfers", () -> figures.startingWith("transfer"));
        expect("every audit found the sum", () -> {
            long good = figures.startingWith("audit").succeeded();
            long bad = figures.startingWith("audit").failed();
            return new Finding(good > 0 && bad == 0, good + " found it, " + bad + " did not");
        });
        expect("the sum is right in the end", this::judgeSum);
        expectP99AtMost("", p99, () -> figures.startingWith("transfer"));
        PopulationBuilder audit = scenario("audits")
                .exec(holdfast("audit")
                        .call((client, session) -> balances(client))
                        .check("the sum is right", (found, session) -> sum(found) == rightSum()))
                .injectOpen(nothingFor(warmUp), constantUsersPerSec(audits).during(length));
        PopulationBuilder measured = transfers("transfers", length, false).andThen(verification());
        run(warmUp.isZero() ? measured : transfers("warm-up", warmUp, true).andThen(measured), audit);
    }

    private PopulationBuilder transfers(String name, Duration length, boolean silent) {
        var transfer =
                holdfast("transfer").transact(keyspace, Transfers::transfer).dueAt(session -> session.getLong("due"));
        return scenario(name)
                .feed(feeder(Schedule.constant(rate, length)))
                .exec(silent ? transfer.silent() : transfer)
                .injectOpen(constantUsersPerSec(rate).during(length));
    }

    private static String account(long number) {
        return String.format(Locale.ROOT, "account/%07d", number);
    }

    private static byte[] text(long balance) {
        return Long.toString(balance).getBytes(StandardCharsets.US_ASCII);
    }

    private Iterator<Map<String, Object>> feeder(Schedule schedule) {
        var random = new SplittableRandom(seed);
        return Stream.generate(() -> {
                    long from = distribution.next(random);
                    long to = (from + 1 + random.nextInt(accounts - 1)) % accounts;
                    return Map.<String, Object>of(
                            "due",
                            schedule.next().dueNanos(),
                            "from",
                            account(from),
                            "to",
                            account(to),
                            "amount",
                            1 + random.nextInt(LARGEST_AMOUNT));
                })
                .iterator();
    }

    /** Moves money if there is enough; answers whether it did. */
    private static CompletionStage<Boolean> transfer(Transaction transaction, Session session) {
        Key from = Key.of(session.getString("from"));
        Key to = Key.of(session.getString("to"));
        long amount = session.getInt("amount");
        return transaction.getAllAsync(List.of(from, to)).thenApply(found -> {
            long left = balance(found.get(from)) - amount;
            if (left < 0) {
                return false;
            }
            transaction.put(from, text(left));
            transaction.put(to, text(balance(found.get(to)) + amount));
            return true;
        });
    }

    private static long balance(byte[] text) {
        return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
    }

    /** All accounts, as they stood together at one moment. */
    private CompletionStage<Collection<Versioned>> balances(HoldfastClient client) {
        return client.keyspace(keyspace)
                .snapshotAsync(SnapshotOptions.NOW)
                .thenCompose(snapshot -> snapshot.getAllAsync(all))
                .thenApply(Map::values);
    }

    private static long sum(Collection<Versioned> balances) {
        return balances.stream().mapToLong(each -> balance(each.value())).sum();
    }

    private long rightSum() {
        return accounts * OPENING_BALANCE;
    }

    private Finding judgeSum() {
        Collection<Versioned> found = balances(client()).toCompletableFuture().join();
        boolean right = found.size() == accounts
                && sum(found) == rightSum()
                && found.stream().allMatch(each -> balance(each.value()) >= 0);
        return new Finding(
                right,
                found.size() + " accounts hold " + sum(found) + ", and " + accounts + " should hold " + rightSum());
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        ensureKeyspace(keyspace, KeyspaceSettings.DEFAULT.withHistory(HISTORY));
        Preload.run(client.keyspace(keyspace), accounts, Transfers::account, number -> text(OPENING_BALANCE));
    }

    @Override
    void summarize(Verdict summary) {
        summary.figure("seconds", length.toSeconds());
        summary.figure("rate", rate);
        summary.figures(figures.startingWith("transfer"));
        summary.figure("audits", figures.startingWith("audit").succeeded());
        summary.figure("audits_failed", figures.startingWith("audit").failed());
    }
}
