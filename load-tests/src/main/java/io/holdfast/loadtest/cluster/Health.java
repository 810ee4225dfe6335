package io.holdfast.loadtest.cluster;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/** What the sites say of themselves. */
public final class Health {
    private Health() {}

    /** Their names, in order. */
    public static List<String> sites(HoldfastClient client) {
        return client.admin().routes().getSitesList().stream()
                .map(site -> site.getSite())
                .sorted()
                .toList();
    }

    /** The site that leads most partitions: whose loss is felt most. */
    public static String leadsMost(HoldfastClient client) {
        return client.admin().status().getSitesList().stream()
                .max(Comparator.comparingInt(SiteStatus::getLeaders))
                .orElseThrow(() -> new IllegalStateException("The status names no site"))
                .getSite();
    }

    /** Waits until every site, each asked itself, finds the cluster whole: all sites up, each keyspace at the level it declares. */
    public static void awaitWhole(HoldfastClient client, List<String> sites, Duration wait)
            throws IOException, InterruptedException {
        Waiting.until(
                wait,
                () -> sites.stream().allMatch(site -> isWholeFor(client, site)),
                () -> "After " + wait.toSeconds() + " s the cluster is not whole again: see 'holdfast status'.");
    }

    private static boolean isWholeFor(HoldfastClient client, String site) {
        try {
            return isWhole(client.admin().status(site));
        } catch (HoldfastException notYet) {
            // A site that is just coming back does not answer at first; the wait has a deadline.
            return false;
        }
    }

    static boolean isWhole(Status status) {
        return status.getSitesCount() > 0
                && status.getSitesList().stream().allMatch(Health::isUp)
                && status.getKeyspacesList().stream().allMatch(Health::holdsItsLevel);
    }

    private static boolean isUp(SiteStatus site) {
        return site.getReachable()
                && site.getNodesCount() > 0
                && site.getNodesList().stream().map(NodeStatus::getState).allMatch("up"::equals);
    }

    private static boolean holdsItsLevel(KeyspaceStatus keyspace) {
        return keyspace.getAvailable()
                && keyspace.getToleratesNow() >= keyspace.getKeyspace().getTolerates();
    }
}
