package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.loadtest.Expectation.Finding;
import io.holdfast.loadtest.load.Arrivals;
import io.holdfast.loadtest.load.Figures;
import io.holdfast.loadtest.load.KeyDistribution;
import io.holdfast.loadtest.load.Knee;
import io.holdfast.loadtest.load.Overload;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import io.holdfast.loadtest.load.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Finds the knee: raises the rate step by step until the response times go through their bound. Each step has request names of its own in
 * the report. When far more requests wait than the bound allows, the rest of the ramp is left out.
 */
public final class Ramp extends LoadSimulation {
    private final String keyspace = settings.text("keyspace", "load-ramp");
    private final double bound = settings.number("max-p99-ms", 100, 0.1, 1e6);
    private final double atLeast = settings.number("knee-at-least", 0, 0, 1e7);
    private final Duration stepLength = settings.seconds("step-seconds", 10, 0.5);
    private final Duration warmUp = settings.seconds("warm-up", 30, 0);
    private final List<Double> rates = Knee.rates(
            settings.number("from", 500, 0.1, 1e6),
            settings.number("to", 20_000, 0.1, 1e6),
            settings.number("factor", 1.25, 1.01, 10));
    private final int keys = settings.whole("keys", 10_000, 1, 10_000_000);
    private final Values values = Values.parse(settings.text("value-size", "256"));
    private final KeyDistribution distribution = KeyDistribution.of(settings.text("distribution", "uniform"), keys);
    private final int seed = settings.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
    private final Operations operations = new Operations(
            keyspace, Mix.parse(settings.text("mix", "put=100")), values, settings.whole("scan-limit", 50, 1, 1000));
    private final Overload overload = new Overload(rates, Duration.ofNanos((long) (bound * 1e6)));

    public Ramp() {
        expectTiming(
                String.format(Locale.ROOT, "a knee of at least %.0f/s with p99 within %.1f ms", atLeast, bound),
                this::judgeKnee);
        expect("requests were answered", () -> {
            long answered = figures.all().succeeded();
            return new Finding(answered > 0, answered + " answered");
        });
        ChainBuilder request = exec(operations.one("#{at}"));
        PopulationBuilder ramp = scenario("ramp")
                .feed(Operations.feeder(schedule(rates, stepLength), distribution, seed))
                .exec(session -> session.set("at", suffix(session.getInt(Operations.STEP))))
                .exec(doIf(session -> overload.begin(session.getInt(Operations.STEP)))
                        .then(request.exec(session -> {
                            overload.end();
                            return session;
                        })))
                .injectOpen(rates.stream()
                        .<OpenInjectionStep>map(
                                rate -> constantUsersPerSec(rate).during(stepLength))
                        .toList())
                .andThen(verification());
        run(warmUp.isZero() ? ramp : warmUp().andThen(ramp));
    }

    private PopulationBuilder warmUp() {
        return scenario("warm-up")
                .feed(Operations.feeder(schedule(rates.subList(0, 1), warmUp), distribution, seed))
                .exec(operations.oneSilent())
                .injectOpen(constantUsersPerSec(rates.get(0)).during(warmUp));
    }

    private static Schedule schedule(List<Double> rates, Duration each) {
        return new Schedule(new Arrivals(
                rates.stream().map(rate -> new Arrivals.Step(rate, each)).toList()));
    }

    private String suffix(int step) {
        return String.format(Locale.ROOT, " at %.0f/s", rates.get(step));
    }

    private List<Knee.Step> steps() {
        return IntStream.range(0, rates.size())
                .mapToObj(step -> {
                    Figures.Of of = figures.endingWith(suffix(step));
                    long missing = of.failed() + overload.leftOut(step);
                    return new Knee.Step(rates.get(step), of.succeeded(), missing, of.millis(99));
                })
                .toList();
    }

    private Finding judgeKnee() {
        OptionalDouble knee = Knee.of(steps(), bound);
        String found = knee.isPresent() ? String.format(Locale.ROOT, "found %.0f/s", knee.getAsDouble()) : "found none";
        return new Finding(knee.isPresent() && knee.getAsDouble() >= atLeast, found);
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        preload(keyspace, keys, Operations::key, values::of);
    }

    @Override
    void summarize(Verdict summary) {
        OptionalDouble knee = Knee.of(steps(), bound);
        summary.figure("bound_p99_ms", bound);
        summary.figure("knee_per_s", knee.isPresent() ? Long.toString(Math.round(knee.getAsDouble())) : "none");
        steps().stream()
                .filter(step -> knee.isPresent() && step.rate() == knee.getAsDouble())
                .forEach(step -> summary.figure("p99_ms", step.p99Millis()));
        steps().forEach(step -> summary.figure(
                String.format(Locale.ROOT, "p99_ms[%.0f/s]", step.rate()),
                step.succeeded() == 0 ? "none" : String.format(Locale.ROOT, "%.1f", step.p99Millis())));
        summary.figure("failed", figures.all().failed());
    }
}
