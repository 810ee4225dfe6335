package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.holdfast.loadtest.gatling.HoldfastDsl.holdfast;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.loadtest.Expectation.Finding;
import io.holdfast.loadtest.cluster.Cluster;
import io.holdfast.loadtest.cluster.Clusters;
import io.holdfast.loadtest.cluster.Health;
import io.holdfast.loadtest.cluster.Keyspaces;
import io.holdfast.loadtest.gatling.HoldfastActionBuilder;
import io.holdfast.loadtest.gatling.Response;
import io.holdfast.loadtest.gatling.StepFailure;
import io.holdfast.loadtest.load.Figures;
import io.holdfast.loadtest.load.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * What all simulations share: the cluster, before and after; the expectations, each of which is a request of the group "verify" in
 * Gatling's report and one of its assertions, so that a bad run fails; the summary.
 */
abstract class LoadSimulation extends Simulation {
    private static final String VERIFY = "verify";
    private static final Duration WHOLE = Duration.ofMinutes(2);
    /** Of what is no part of the load: a machine that is busy starting things must not end a run before it begins. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Settings settings = Settings.ofSystem();
    final Figures figures = new Figures();
    private final Duration deadline = settings.seconds("deadline", 10, 0.001);
    private final int connections = settings.whole("connections", 1, 1, 64);
    private final boolean timing = settings.flag("timing", true);
    private final Path summary = Path.of(settings.text("summary", "target/gatling/summary.txt"));
    private final Clusters wanted = new Clusters(
            settings.text("endpoints"),
            settings.text("up").map(Path::of),
            settings.text("lose"),
            settings.text("bring-back"),
            settings.text("restart"),
            settings.whole("port", 0, 0, 65_000),
            Path.of(settings.text("home", "..")),
            settings.flag("netns", false),
            settings.flag("keep", false));

    private final List<Expectation> expectations = new ArrayList<>();
    private final Set<String> steps = new HashSet<>();
    private final ExecutorService blocking = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "holdfast-load-step");
        thread.setDaemon(true);
        return thread;
    });
    private Verdict verdict = new Verdict(name(), 0);
    private Cluster cluster;
    private HoldfastClient client;

    /** Creates keyspaces and writes what must be there. May block. */
    abstract void prepare(HoldfastClient client) throws IOException, InterruptedException;

    /** Adds the run's figures to the summary, when all has ended. */
    abstract void summarize(Verdict summary);

    final String name() {
        return getClass().getSimpleName();
    }

    /** The cluster; only once the run has begun. */
    final Cluster cluster() {
        return cluster;
    }

    /** A client that is not the load's; only once the run has begun. */
    final HoldfastClient client() {
        return client;
    }

    /** Something that must hold at the end. */
    final void expect(String name, Expectation.Judge judge) {
        expectations.add(new Expectation(name, judge));
        steps.add(name);
    }

    /** Something that must hold where response times count; not with {@code -Dholdfast.timing=false}. */
    final void expectTiming(String name, Expectation.Judge judge) {
        if (timing) {
            expect(name, judge);
        }
    }

    /** The bound {@code max-failed} on the requests that fail. */
    final void expectFailedAtMost(String requests, Supplier<Figures.Of> of) {
        long most = settings.whole("max-failed", 0, 0, Integer.MAX_VALUE);
        expect(
                "failed " + requests + " at most " + most,
                () -> Finding.atMost(of.get().failed(), most, "failed"));
    }

    /** That there was a load at all: without one nothing fails, and nothing is slow. */
    final void expectAnswered(String requests, Supplier<Figures.Of> of) {
        expect(requests + " were answered", () -> Finding.some(of.get().succeeded(), "answered"));
    }

    /** A bound on the 99th percentile of response times, in milliseconds. */
    final void expectP99AtMost(String prefix, double millis, Supplier<Figures.Of> of) {
        expectTiming(
                prefix + "p99 at most " + millis + " ms",
                () -> Finding.atMost(of.get().millis(99), millis, "ms"));
    }

    /** A step of the simulation that may block, measured like a request but no part of the load's figures. */
    final <T> HoldfastActionBuilder<T> step(String name, Callable<T> step) {
        steps.add(name);
        return holdfast(name).call((unused, session) -> CompletableFuture.supplyAsync(() -> called(step), blocking));
    }

    private static <T> T called(Callable<T> step) {
        try {
            return step.call();
        } catch (RuntimeException asItIs) {
            throw asItIs;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        } catch (Exception failed) {
            throw new StepFailure(failed.getMessage());
        }
    }

    /**
     * Sets the run up; the last thing that a constructor does.
     *
     * @param whole ends when the load has ended; its expectations are judged then
     * @param beside run at the same time
     */
    final void run(PopulationBuilder whole, PopulationBuilder... beside) {
        settings.requireAllKnown();
        verdict = new Verdict(name(), expectations.size());
        var populations = new ArrayList<PopulationBuilder>();
        populations.add(whole);
        populations.addAll(List.of(beside));
        setUp(populations)
                .protocols(holdfast()
                        .endpoints(() -> cluster.endpoints())
                        .options(ClientOptions.DEFAULT.withDeadline(deadline))
                        .clients(connections)
                        .listener(this::count))
                .assertions(expectations.stream().map(LoadSimulation::assertion).toList());
    }

    /** The end of a run: to be put behind the load with {@code andThen}, after all expectations have been given. */
    final PopulationBuilder verification() {
        List<ChainBuilder> judged = expectations.stream()
                .map(each -> exec(step(each.name(), () -> judge(each))))
                .toList();
        return scenario(VERIFY).exec(group(VERIFY).on(exec(judged))).injectOpen(atOnceUsers(1));
    }

    private static Assertion assertion(Expectation expectation) {
        return details(VERIFY, expectation.name()).successfulRequests().count().is(1L);
    }

    private Finding judge(Expectation expectation) {
        Finding finding = find(expectation);
        verdict.judged(expectation.name(), finding.holds(), finding.text());
        if (!finding.holds()) {
            throw new StepFailure(finding.text());
        }
        return finding;
    }

    private static Finding find(Expectation expectation) {
        try {
            return expectation.judge().find();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Finding(false, "interrupted");
        } catch (Exception failed) {
            return new Finding(false, failed.toString());
        }
    }

    private void count(Response response) {
        if (!steps.contains(response.request())) {
            figures.add(response.request(), response.nanos(), response.failure());
        }
    }

    /** How many partitions the keyspace has, which is created if it is not there. Returns when all have leaders. */
    final int ensureKeyspace(String name, KeyspaceSettings ifAbsent) throws IOException, InterruptedException {
        int partitions = Keyspaces.ensure(client, name, ifAbsent).partitions();
        awaitWhole();
        return partitions;
    }

    /** Puts values of the numbers 0 to {@code count - 1} into the keyspace, which is created if it is not there. */
    final void preload(String keyspace, long count, LongFunction<String> key, LongFunction<byte[]> value)
            throws IOException, InterruptedException {
        ensureKeyspace(keyspace, KeyspaceSettings.DEFAULT);
        Preload.run(client.keyspace(keyspace), count, key, value);
    }

    /** Waits until all sites are up and every keyspace holds its level. */
    final void awaitWhole() throws IOException, InterruptedException {
        Health.awaitWhole(client, Health.sites(client), WHOLE);
    }

    @Override
    public final void before() {
        try {
            cluster = wanted.open();
            client = HoldfastClient.connect(cluster.endpoints(), ClientOptions.DEFAULT.withDeadline(PATIENCE));
            client.awaitReady(PATIENCE);
            prepare(client);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the run began", interrupted);
        }
    }

    @Override
    public final void after() {
        blocking.shutdownNow();
        summarize(verdict);
        client.close();
        cluster.close();
        System.out.println(verdict.line());
        try {
            Files.createDirectories(summary.toAbsolutePath().getParent());
            Files.writeString(summary, verdict.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException("The summary cannot be written to " + summary, failed);
        }
    }
}
