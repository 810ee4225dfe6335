package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.PopulationBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.loadtest.Expectation.Finding;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import io.holdfast.loadtest.load.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The workloads A to F of YCSB (Cooper and others, "Benchmarking cloud serving systems with YCSB", SoCC 2010), one after the other, each
 * as an open load: YCSB's own client is a closed loop, so compare shapes, not figures, with results found elsewhere.
 */
public final class YcsbMix extends LoadSimulation {
    private final String keyspace = settings.text("keyspace", "load-ycsb");
    private final List<YcsbWorkload> workloads = Arrays.stream(
                    settings.text("workloads", "A,B,C,D,E,F").split(","))
            .map(YcsbWorkload::parse)
            .toList();
    private final double rate = settings.number("rate", 500, 0.1, 1_000_000);
    private final Duration length = settings.seconds("seconds", 20, 1);
    private final int records = settings.whole("keys", 10_000, 2, 10_000_000);
    private final Values values = Values.parse(settings.text("value-size", "1000"));
    private final YcsbOperations operations = new YcsbOperations(
            keyspace, records, values, settings.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));

    public YcsbMix() {
        double p99 = settings.number("max-p99-ms", 200, 0, 1e6);
        expectFailedAtMost("requests", figures::all);
        for (YcsbWorkload workload : workloads) {
            expect(workload + " was answered", () -> {
                long answered = figures.startingWith(workload + " ").succeeded();
                return new Finding(answered > 0, answered + " answered");
            });
            expectP99AtMost(workload + " ", p99, () -> figures.startingWith(workload + " "));
        }
        PopulationBuilder after = verification();
        for (int i = workloads.size() - 1; i >= 0; i--) {
            after = load(workloads.get(i)).andThen(after);
        }
        run(after);
    }

    private PopulationBuilder load(YcsbWorkload workload) {
        var schedule = Schedule.constant(rate, length);
        return scenario("workload " + workload)
                .feed(operations.feeder(schedule, workload))
                .exec(operations.one(workload))
                .injectOpen(constantUsersPerSec(rate).during(length));
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        preload(keyspace, records, YcsbOperations::key, values::of);
    }

    @Override
    void summarize(Verdict summary) {
        summary.figure("seconds_each", length.toSeconds());
        summary.figure("rate", rate);
        summary.figures(figures.all());
        workloads.forEach(each -> {
            summary.figure(each + "_p50_ms", figures.startingWith(each + " ").millis(50));
            summary.figure(each + "_p99_ms", figures.startingWith(each + " ").millis(99));
        });
    }
}
