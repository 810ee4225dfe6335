package io.holdfast.server.catalog;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import io.holdfast.server.partition.PartitionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A keyspace as it was created; it never changes.
 *
 * @param tolerates sites that may be lost with no acknowledged write lost: it has 2 x tolerates + 1 sites
 * @param historyMillis how long superseded versions stay readable
 * @param retentionMillis how long outcomes of a silent client are kept
 * @param sites those that hold replicas, in the order of preference of partition 0
 * @param genesis the identities of these sites' storages at creation
 */
public record KeyspaceDefinition(
        String name,
        int partitions,
        int tolerates,
        long historyMillis,
        long retentionMillis,
        List<SiteId> sites,
        Membership genesis) {

    /** The catalog itself: one partition at all sites. Its name is none that a user may choose. */
    public static final String CATALOG = "_catalog";

    /** The catalog's own limits are fixed: they must be the same on all nodes, also before any has read a setting. */
    public static final long CATALOG_HISTORY_MILLIS = 5_000;

    public static final long CATALOG_RETENTION_MILLIS = 3_600_000;

    public static final PartitionId CATALOG_PARTITION = new PartitionId(CATALOG, 0);

    public KeyspaceDefinition {
        sites = List.copyOf(sites);
    }

    /** Which site should lead the partition first, which second …: rotated, so that leaders spread over all sites. */
    public List<SiteId> preference(int partition) {
        var rotated = new ArrayList<>(sites);
        Collections.rotate(rotated, -(partition % sites.size()));
        return List.copyOf(rotated);
    }

    public List<PartitionId> partitionIds() {
        return IntStream.range(0, partitions)
                .mapToObj(number -> new PartitionId(name, number))
                .toList();
    }
}
