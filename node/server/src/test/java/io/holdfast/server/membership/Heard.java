package io.holdfast.server.membership;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.holdfast.server.membership.MembershipMessage.Probe;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.pattern.Patterns;

/** Asks a node's joiner as another node would. */
final class Heard {
    private Heard() {}

    static ProbeAnswer answer(TestSites sites, String site) {
        var selection = Adapter.toClassic(sites.node(site).system()).actorSelection("/system/" + ClusterJoiner.NAME);
        return (ProbeAnswer) Patterns.ask(selection, new Probe(0), Duration.ofSeconds(10))
                .toCompletableFuture()
                .orTimeout(10, SECONDS)
                .join();
    }

    static List<String> by(TestSites sites, String site) {
        return answer(sites, site).sight();
    }
}
