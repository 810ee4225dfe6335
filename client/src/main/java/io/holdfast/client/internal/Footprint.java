package io.holdfast.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Limits;
import io.holdfast.client.Reason;
import io.holdfast.v1.GetResult;
import io.holdfast.v1.ReadVersion;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.ScannedRange;
import io.holdfast.v1.TransactionWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a transaction has read and wants to write, and between which timestamps all that it has read stood together. Guarded by its
 * owner.
 */
final class Footprint {
    final TreeMap<Place, GetResult> reads = new TreeMap<>();
    final TreeMap<Place, Optional<byte[]>> writes = new TreeMap<>();
    private final List<Scanned> ranges = new ArrayList<>();
    private long from;
    private long until = Long.MAX_VALUE;
    private long bytes;

    private record Scanned(KeyspaceRoutes routes, ScannedRange range) {}

    /** A partition of a keyspace. */
    record Part(KeyspaceRoutes routes, int partition) implements Comparable<Part> {
        @Override
        public int compareTo(Part other) {
            int byName = routes.name().compareTo(other.routes.name());
            return byName != 0 ? byName : Integer.compare(partition, other.partition);
        }
    }

    void read(Place place, GetResult result) {
        reads.put(place, result);
        grow(place.key().toByteString().size());
        holds(result.getValidFrom(), result.getValidUntil());
    }

    void scanned(KeyspaceRoutes routes, ScannedRange range, long validFrom) {
        ranges.add(new Scanned(routes, range));
        grow(range.getFrom().size() + range.getTo().size());
        holds(validFrom, range.getAsOf());
    }

    void write(Place place, Optional<byte[]> value) {
        writes.put(place, value);
        grow(place.key().toByteString().size() + value.map(it -> it.length).orElse(0));
    }

    private void grow(int more) {
        bytes += more;
        int items = reads.size() + ranges.size() + writes.size();
        if (items > Limits.MAX_TRANSACTION_ITEMS || bytes > Limits.MAX_TRANSACTION_BYTES) {
            throw new InvalidRequestException(
                    Reason.TRANSACTION_TOO_LARGE,
                    "The transaction has " + items + " reads, scanned partitions and writes and " + bytes
                            + " bytes, and at most " + Limits.MAX_TRANSACTION_ITEMS + " and "
                            + Limits.MAX_TRANSACTION_BYTES + " are allowed: split it.");
        }
    }

    private void holds(long first, long last) {
        from = Math.max(from, first);
        until = Math.min(until, last);
    }

    /** Whether there is a timestamp at which all that was read stood as it was read. */
    boolean isOfOneMoment() {
        return from <= until;
    }

    /** The last such timestamp. */
    long until() {
        return until;
    }

    boolean isEmpty() {
        return reads.isEmpty() && ranges.isEmpty();
    }

    /** What was read, by partition. */
    Map<Part, ReadWriteSet.Builder> readsByPartition() {
        var parts = new TreeMap<Part, ReadWriteSet.Builder>();
        reads.forEach((place, result) -> parts.computeIfAbsent(
                        new Part(place.routes(), place.partition()), it -> ReadWriteSet.newBuilder())
                .addReads(version(place, result)));
        ranges.forEach(it -> parts.computeIfAbsent(
                        new Part(it.routes(), it.range().getPartition()), part -> ReadWriteSet.newBuilder())
                .addRanges(it.range()));
        return parts;
    }

    /** A written key of the partition that decides: the first, by keyspace and number, in which something is written. */
    Place decider() {
        return writes.keySet().stream()
                .min(java.util.Comparator.comparing((Place place) -> new Part(place.routes(), place.partition()))
                        .thenComparing(java.util.Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Everything, by keyspace. */
    List<ReadWriteSet> sets() {
        var sets = new TreeMap<String, ReadWriteSet.Builder>();
        reads.forEach((place, result) -> of(place.routes(), sets).addReads(version(place, result)));
        ranges.forEach(it -> of(it.routes(), sets).addRanges(it.range()));
        writes.forEach((place, value) ->
                of(place.routes(), sets).addWrites(write(place.key().toByteString(), value)));
        return sets.values().stream().map(ReadWriteSet.Builder::build).toList();
    }

    private static ReadWriteSet.Builder of(KeyspaceRoutes routes, Map<String, ReadWriteSet.Builder> sets) {
        return sets.computeIfAbsent(
                routes.name(), name -> ReadWriteSet.newBuilder().setKeyspace(name));
    }

    private static ReadVersion version(Place place, GetResult result) {
        return ReadVersion.newBuilder()
                .setKey(place.key().toByteString())
                .setVersion(result.getVersion())
                .build();
    }

    private static TransactionWrite write(ByteString key, Optional<byte[]> value) {
        TransactionWrite.Builder write = TransactionWrite.newBuilder().setKey(key);
        value.ifPresentOrElse(it -> write.setValue(UnsafeByteOperations.unsafeWrap(it)), () -> write.setDelete(true));
        return write.build();
    }
}
