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

    Query page(Optional<Bytes> behind, long wanted) {
        int entries = (int) Math.min(Integer.MAX_VALUE, wanted);
        var page = new Query.Scan(prefix, behind, entries, pageBytes, keysOnly);
        return at.isPresent() ? new Query.ForTime(page, at) : page;
    }
}
