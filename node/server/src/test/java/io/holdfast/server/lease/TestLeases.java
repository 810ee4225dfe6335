package io.holdfast.server.lease;

import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.cells.SharedCells;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.coordination.lease.LeaseSettings;

/** Leases of a node that has no actor system of its own, with short times. */
public final class TestLeases implements AutoCloseable {
    static final LeaseTimes TIMES = new LeaseTimes(
            Duration.ofMillis(900), Duration.ofMillis(100), Duration.ofMillis(350), Duration.ofMillis(50), 0.05);

    private final NodeSession session;
    private final SiteLeases leases;

    public TestLeases(SharedCells cells, String site, String node) {
        session = NodeSession.start(cells, node, TIMES, System::nanoTime, UUID::randomUUID, Set.of());
        leases = new SiteLeases(
                session,
                site,
                LeaseSettings.apply(ConfigFactory.load().getConfig("pekko.coordination.lease"), site, node));
    }

    /** One life of a user of a replica's lease. */
    static SiteLease lease(NodeSession node) {
        return lease(node, 0);
    }

    static SiteLease lease(NodeSession node, int partition) {
        String name = "a/replica/shop/" + partition;
        var settings = LeaseSettings.apply(ConfigFactory.load().getConfig("pekko.coordination.lease"), name, "owner");
        return new SiteLease(settings, node, name);
    }

    static boolean acquire(SiteLease lease) {
        return lease.acquire()
                .exceptionally(failed -> false)
                .toCompletableFuture()
                .join();
    }

    public SiteLeases leases() {
        return leases;
    }

    /** What the holders of a lease have left in its cell. */
    public static byte[] note(byte[] cell) {
        return LeaseRecord.decode(cell).note();
    }

    @Override
    public void close() {
        session.close();
    }
}
