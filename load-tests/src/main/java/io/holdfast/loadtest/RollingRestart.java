package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.exec;

import io.gatling.javaapi.core.ChainBuilder;
import io.holdfast.client.HoldfastClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Restarts all sites, or some, one after the other, in order, under a steady load: what an update does. */
public final class RollingRestart extends FaultSimulation {
    private final Duration between = settings.seconds("between", 5, 0);
    private final Optional<List<String>> wanted = settings.text("sites").map(names -> List.of(names.split(",")));

    public RollingRestart() {
        runWithFault();
    }

    @Override
    double usualSeconds() {
        return 90;
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        super.prepare(client);
        wanted.ifPresent(this::requireSites);
    }

    @Override
    ChainBuilder fault() {
        return exec(faultStep("restart sites", this::restartAll)).exec(faultEnds());
    }

    private void restartAll() throws IOException, InterruptedException {
        watchGaps();
        for (String site : wanted.orElseGet(this::sites)) {
            cluster().restart(site);
            expectWrites();
            awaitWhole();
            TimeUnit.NANOSECONDS.sleep(between.toNanos());
        }
    }
}
