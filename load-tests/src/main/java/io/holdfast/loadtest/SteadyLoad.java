package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.PopulationBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.loadtest.load.KeyDistribution;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import io.holdfast.loadtest.load.Verdict;
import java.io.IOException;
import java.time.Duration;

/** A mix of operations at a constant rate. Expects a bound of the response times, and that no request fails. */
public final class SteadyLoad extends LoadSimulation {
    private final String keyspace = settings.text("keyspace", "load-steady");
    private final double rate = settings.number("rate", 1000, 0.1, 1_000_000);
    private final Duration length = settings.seconds("seconds", 30, 1);
    private final Duration warmUp = settings.seconds("warm-up", 10, 0);
    private final int keys = settings.whole("keys", 10_000, 1, 10_000_000);
    private final Values values = Values.parse(settings.text("value-size", "256"));
    private final KeyDistribution distribution = KeyDistribution.of(settings.text("distribution", "zipfian"), keys);
    private final int seed = settings.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
    private final Operations operations = new Operations(
            keyspace,
            Mix.parse(settings.text("mix", "get=80,put=20")),
            values,
            settings.whole("scan-limit", 50, 1, 1000));

    public SteadyLoad() {
        double p99 = settings.number("max-p99-ms", 100, 0, 1e6);
        expectAnswered("requests", figures::all);
        expectFailedAtMost("requests", figures::all);
        expectP99AtMost("", p99, figures::all);
        PopulationBuilder measured = load("steady load", length, false).andThen(verification());
        run(warmUp.isZero() ? measured : load("warm-up", warmUp, true).andThen(measured));
    }

    private PopulationBuilder load(String name, Duration length, boolean silent) {
        var schedule = Schedule.constant(rate, length);
        return scenario(name)
                .feed(Operations.feeder(schedule, distribution, seed))
                .exec(silent ? operations.oneSilent() : operations.one(""))
                .injectOpen(constantUsersPerSec(rate).during(length));
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        preload(keyspace, keys, Operations::key, values::of);
    }

    @Override
    void summarize(Verdict summary) {
        summary.figure("seconds", length.toSeconds());
        summary.figure("rate", rate);
        summary.figures(figures.all());
    }
}
