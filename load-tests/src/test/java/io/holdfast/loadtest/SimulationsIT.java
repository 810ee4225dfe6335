package io.holdfast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatling.app.Gatling$;
import io.gatling.javaapi.core.Simulation;
import io.holdfast.loadtest.cluster.UpCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every simulation for a few seconds, against one cluster of three processes that they share. Only what must hold on any machine is
 * asserted: nothing of time.
 */
class SimulationsIT {
    private static final Path SUMMARY = Path.of("target/gatling-smoke/summary.txt");
    private static final Map<String, String> EVERYWHERE = Map.of(
            "timing", "false", "deadline", "240", "keys", "200", "value-size", "50-300", "summary", SUMMARY.toString());

    private static UpCluster cluster;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Files.deleteIfExists(SUMMARY);
        cluster = UpCluster.start(Path.of(System.getProperty("holdfast.home")), 0, false);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void forgetParameters() {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("holdfast.") && !name.equals("holdfast.home"))
                .forEach(System::clearProperty);
    }

    @Test
    void steadyLoad() throws IOException {
        run(
                SteadyLoad.class,
                Map.of("rate", "60", "seconds", "3", "warm-up", "1", "mix", "get=5,put=5,delete=1,scan=2,txn=2"));
    }

    @Test
    void ramp() throws IOException {
        run(Ramp.class, Map.of("from", "20", "to", "80", "factor", "2", "step-seconds", "1", "warm-up", "1"));
    }

    @Test
    void ycsbMix() throws IOException {
        run(YcsbMix.class, Map.of("rate", "40", "seconds", "1"));
    }

    @Test
    void transfers() throws IOException {
        run(Transfers.class, Map.of("rate", "40", "seconds", "3", "warm-up", "1", "audits-per-second", "1"));
    }

    @Test
    void siteLossByAKill() throws IOException {
        run(SiteLoss.class, Map.of("rate", "40", "seconds", "25", "before-fault", "1", "down", "1", "fault", "kill"));
    }

    @Test
    void siteLossByAPause() throws IOException {
        run(SiteLoss.class, Map.of("rate", "40", "seconds", "12", "before-fault", "1", "down", "2", "fault", "pause"));
    }

    @Test
    void rollingRestart() throws IOException {
        run(
                RollingRestart.class,
                Map.of("rate", "40", "seconds", "25", "before-fault", "1", "between", "0", "sites", "b"));
    }

    @Test
    void aRunWhoseExpectationsDoNotHoldFails() throws IOException {
        // No answer takes no time.
        Result result = result(
                SteadyLoad.class,
                Map.of("rate", "20", "seconds", "1", "warm-up", "0", "timing", "true", "max-p99-ms", "0"));
        assertThat(result.exit()).isNotZero();
        assertThat(result.summary()).startsWith("SteadyLoad: FAIL ").contains("reason=\"p99 at most 0.0 ms: found ");
    }

    private record Result(int exit, String summary) {}

    private static void run(Class<? extends Simulation> simulation, Map<String, String> parameters) throws IOException {
        Result result = result(simulation, parameters);
        assertThat(result.exit()).as(result.summary()).isZero();
        assertThat(result.summary()).startsWith(simulation.getSimpleName() + ": PASS ");
    }

    private static Result result(Class<? extends Simulation> simulation, Map<String, String> parameters)
            throws IOException {
        var all = new TreeMap<>(EVERYWHERE);
        all.put("up", cluster.log().toString());
        all.putAll(parameters);
        // A simulation knows only its own parameters.
        boolean hasKeys = !FaultSimulation.class.isAssignableFrom(simulation);
        boolean hasValues = !simulation.equals(Transfers.class);
        all.forEach((name, value) -> {
            if ((hasKeys || !name.equals("keys")) && (hasValues || !name.equals("value-size"))) {
                System.setProperty("holdfast." + name, value);
            }
        });
        int exit = Gatling$.MODULE$.fromArgs(new String[] {"-s", simulation.getName(), "-rf", "target/gatling-smoke"});
        List<String> lines = Files.readAllLines(SUMMARY);
        return new Result(exit, lines.get(lines.size() - 1));
    }
}
