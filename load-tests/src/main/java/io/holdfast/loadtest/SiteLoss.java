package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pause;

import io.gatling.javaapi.core.ChainBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.loadtest.cluster.Fault;
import io.holdfast.loadtest.cluster.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Loses a site under a steady load, and brings it back. */
public final class SiteLoss extends FaultSimulation {
    private final Fault fault = Fault.parse(settings.text("fault", "kill"));
    private final Duration down = settings.seconds("down", 5, 0);
    private final Optional<String> wanted = settings.text("site");
    private volatile String victim = "";

    public SiteLoss() {
        runWithFault();
    }

    @Override
    double usualSeconds() {
        return 60;
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        cluster().requireFault(fault);
        super.prepare(client);
        requireSites(wanted.stream().toList());
    }

    @Override
    ChainBuilder fault() {
        return exec(faultStep("lose a site: " + fault.lower(), this::lose))
                .exec(pause(down))
                .exec(faultStep("bring the site back", () -> cluster().bringBack(victim, fault)))
                .exec(faultEnds());
    }

    private void lose() throws IOException, InterruptedException {
        victim = wanted.orElseGet(() -> Health.leadsMost(client()));
        // The gap begins with the fault, which may take a while to make. What was sent before shows nothing of the
        // takeover.
        watchGaps();
        cluster().lose(victim, fault);
        expectWrites();
    }
}
