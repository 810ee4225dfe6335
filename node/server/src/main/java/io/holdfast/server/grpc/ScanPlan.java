package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import io.holdfast.client.Partitioner;
import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.ScanRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a scan asks for, checked.
 *
 * @param partitions those that can hold keys of the range
 * @param limit at most so many entries
 * @param at the timestamp for which to answer, if one is stated
 * @param pageBytes how much to ask of a partition at a time, so that a scan of many partitions takes no more memory
 */
record ScanPlan(
        List<PartitionId> partitions,
        Bytes prefix,
        Optional<Bytes> after,
        long limit,
        int maxStalenessMillis,
        OptionalLong at,
        boolean keysOnly,
        int pageBytes) {
    private static final int LARGEST_PAGE = 64 << 10;
    private static final int SMALLEST_PAGE = 4 << 10;
    private static final int ALL_PAGES = 1 << 20;

    /** @throws Problem if the request is wrong */
    static ScanPlan of(ScanRequest request, KeyspaceTable keyspaces) {
        KeyspaceTable.Entry keyspace = Checks.keyspace(request.getKeyspace(), keyspaces);
        ByteString prefix = Checks.part("prefix", request.getPrefix());
        ByteString after = Checks.part("key to start after", request.getAfter());
        long limit = Checks.limit(request.getLimit());
        int staleness = Checks.staleness(request.getMaxStalenessMillis());
        List<PartitionId> partitions = Partitioner.hasHashedPart(prefix.toByteArray())
                ? List.of(keyspace.partitionOf(prefix.toByteArray()))
                : keyspace.partitions();
        int page = Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, ALL_PAGES / partitions.size()));
        return new ScanPlan(
                partitions,
                Bytes.wrap(prefix.toByteArray()),
                after.isEmpty() ? Optional.empty() : Optional.of(Bytes.wrap(after.toByteArray())),
                limit == 0 ? Long.MAX_VALUE : limit,
                staleness,
                Checks.timestamp(request.getAt()),
                request.getKeysOnly(),
                page);
    }

    /**
     * The next page of one partition.
     *
     * @param wanted entries of all partitions together
     * @param before pages that this partition has given
     */
    Query page(Optional<Bytes> behind, long wanted, int before) {
        var page = new Query.Scan(prefix, behind, share(wanted, before), pageBytes, keysOnly);
        return at.isPresent() ? new Query.ForTime(page, at) : page;
    }

    /**
     * Keys are hashed over the partitions, so each holds about its share of what is wanted; with three times its spread, few have to be asked again.
     * Asking all of them for everything made a scan of 50 entries read 800. Whoever has more than its share gives four times as much each time.
     */
    private int share(long wanted, int before) {
        double fair = (double) wanted / partitions.size();
        double generous = Math.ceil(fair + 3 * Math.sqrt(fair)) * Math.pow(4, before);
        return (int) Math.min(Integer.MAX_VALUE, Math.min(wanted, generous));
    }
}
