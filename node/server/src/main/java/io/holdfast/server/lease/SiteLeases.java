package io.holdfast.server.lease;

import io.holdfast.persistence.cells.SharedCells;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.coordination.lease.LeaseSettings;

/** The leases of one node at its site. Thread-safe. */
public final class SiteLeases {
    private final NodeSession node;
    private final String site;
    private final LeaseSettings template;

    SiteLeases(NodeSession node, String site, LeaseSettings template) {
        this.node = node;
        this.site = site;
        this.template = template;
    }

    /**
     * Opens this node's session.
     *
     * @param site whose store {@code cells} is; stands in each lease's name, also when sites share a store by mistake
     * @param self host:port of this node between nodes
     * @param driftBound {@code replication.clock-drift-bound} of the settings
     * @param neighbours host:port of the site's other nodes: their silence is watched before somebody wants their leases
     */
    public static SiteLeases start(
            ActorSystem<?> system,
            SharedCells cells,
            String site,
            String self,
            double driftBound,
            Set<String> neighbours) {
        var config = system.settings().config();
        LeaseTimes times = LeaseTimes.of(config, driftBound);
        NodeSession session = NodeSession.start(cells, self, times, System::nanoTime, UUID::randomUUID, neighbours);
        system.getWhenTerminated().whenComplete((done, failure) -> session.close());
        LeaseSettings template = LeaseSettings.apply(
                config.getConfig("holdfast.lease").withFallback(config.getConfig("pekko.coordination.lease")),
                site,
                self);
        return new SiteLeases(session, site, template);
    }

    /** A lease that nobody has acquired yet. */
    public SiteLease lease(String name) {
        String full = site + "/" + name;
        return new SiteLease(
                new LeaseSettings(full, template.ownerName(), template.timeoutSettings(), template.leaseConfig()),
                node,
                full);
    }

    /** How long to wait before a lease is tried again that somebody else has. */
    public Duration retryInterval() {
        return node.times().retryInterval();
    }

    /** Ends this node's session, so that nobody has to wait for it. All users of leases must have stopped. */
    public CompletionStage<Void> end() {
        return node.end();
    }
}
