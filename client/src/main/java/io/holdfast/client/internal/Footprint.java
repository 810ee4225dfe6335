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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a transaction has read and wants to write, and between which timestamps all that it has read stood together. Guarded by its
 * owner.
 */
final class Footprint {
    private static final ByteString JUST_BEHIND = ByteString.copyFrom(new byte[1]);

    final TreeMap<Place, GetResult> reads = new TreeMap<>();
    final TreeMap<Place, Optional<byte[]>> writes = new TreeMap<>();
    private final List<Scanned> ranges = new ArrayList<>();
    private final Map<Part, Integer> lookedAt = new TreeMap<>();
    private long from;
    private long until = Long.MAX_VALUE;
    private long bytes;

    private record Scanned(KeyspaceRoutes routes, ScannedRange range) {
        Part part() {
            return new Part(routes, range.getPartition());
        }

        int bytes() {
            return range.getFrom().size() + range.getTo().size();
        }
    }

    /** A partition of a keyspace. */
    record Part(KeyspaceRoutes routes, int partition) implements Comparable<Part> {
        @Override
        public int compareTo(Part other) {
            int byName = routes.name().compareTo(other.routes.name());
            return byName != 0 ? byName : Integer.compare(partition, other.partition);
        }
    }

    /** Refuses reads of so many further keys. */
    void checkRoomFor(int keys) {
        check(items() + keys, bytes);
    }

    void read(Place place, GetResult result) {
        int more = size(place, Optional.empty());
        check(items() + (reads.containsKey(place) ? 0 : 1), bytes + more);
        bytes += reads.put(place, result) == null ? more : 0;
        holds(result.getValidFrom(), result.getValidUntil());
    }

    void scanned(KeyspaceRoutes routes, ScannedRange range, long validFrom) {
        var scanned = new Scanned(routes, range);
        check(items() + 1, bytes + scanned.bytes());
        ranges.add(scanned);
        bytes += scanned.bytes();
        holds(validFrom, range.getAsOf());
    }

    /** A scan has looked at so many more keys of a partition, which will look at them again when the transaction commits. */
    void lookedAt(Part part, int keys) {
        int all = lookedAt.merge(part, keys, Integer::sum);
        if (all > Limits.MAX_TRANSACTION_SCANNED_KEYS) {
            throw new InvalidRequestException(
                    Reason.TRANSACTION_TOO_LARGE,
                    "The transaction's scans have looked at " + all + " keys of partition "
                            + part.routes().name() + "/"
                            + part.partition() + ", deleted ones included, and at most "
                            + Limits.MAX_TRANSACTION_SCANNED_KEYS
                            + " are allowed: scan less, or read from a snapshot.");
        }
    }

    /** What does not fit is not taken, and what was there before stays. */
    void write(Place place, Optional<byte[]> value) {
        Optional<byte[]> before = writes.get(place);
        long after = bytes + size(place, value) - (before == null ? 0 : size(place, before));
        check(items() + (before == null ? 1 : 0), after);
        writes.put(place, value);
        bytes = after;
    }

    private static int size(Place place, Optional<byte[]> value) {
        return place.key().toByteString().size() + value.map(it -> it.length).orElse(0);
    }

    private int items() {
        return reads.size() + ranges.size() + writes.size();
    }

    private static void check(int items, long bytes) {
        if (items > Limits.MAX_TRANSACTION_ITEMS || bytes > Limits.MAX_TRANSACTION_BYTES) {
            throw new InvalidRequestException(
                    Reason.TRANSACTION_TOO_LARGE,
                    "The transaction would have " + items + " reads, scanned partitions and writes and " + bytes
                            + " bytes, and at most " + Limits.MAX_TRANSACTION_ITEMS + " and "
                            + Limits.MAX_TRANSACTION_BYTES + " are allowed: split it.");
        }
    }

    /**
     * Refuses what no partition takes in one step, before anything is sent: told by a node, after another one has not answered, it would leave in doubt what
     * came of that attempt. The keyspaces' partitions must be known.
     */
    void checkPartitions() {
        if (bytes <= Limits.MAX_TRANSACTION_PARTITION_BYTES) {
            return;
        }
        var parts = new TreeMap<Part, Integer>();
        reads.keySet().forEach(place -> parts.merge(partOf(place), size(place, Optional.empty()), Integer::sum));
        ranges.forEach(it -> parts.merge(it.part(), it.bytes(), Integer::sum));
        writes.forEach((place, value) -> parts.merge(partOf(place), size(place, value), Integer::sum));
        parts.forEach(Footprint::check);
    }

    private static void check(Part part, int bytes) {
        if (bytes > Limits.MAX_TRANSACTION_PARTITION_BYTES) {
            throw new InvalidRequestException(
                    Reason.TRANSACTION_TOO_LARGE,
                    "The transaction has " + bytes + " bytes of keys and values in partition "
                            + part.routes().name() + "/" + part.partition() + ", and at most "
                            + Limits.MAX_TRANSACTION_PARTITION_BYTES + " are allowed for one: split it.");
        }
    }

    private static Part partOf(Place place) {
        return new Part(place.routes(), place.partition());
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

    /** Whether a single partition holds all of it. The keyspaces' partitions must be known. */
    boolean isOfOnePartition() {
        Set<Part> parts = partsRead();
        writes.keySet().forEach(place -> parts.add(partOf(place)));
        return parts.size() == 1;
    }

    boolean isEmpty() {
        return reads.isEmpty() && ranges.isEmpty();
    }

    /** The partitions in which something was read; a set of the caller's own. */
    Set<Part> partsRead() {
        var parts = new TreeSet<Part>();
        reads.keySet().forEach(place -> parts.add(partOf(place)));
        ranges.forEach(it -> parts.add(it.part()));
        return parts;
    }

    /** What one partition is asked: whether this still stands. */
    record Question(Part part, ReadWriteSet set) {}

    /**
     * What was read, to be asked for partition by partition, in parts that a node takes. They are asked at different moments, and locks at one may hold its
     * answer up. That a key has the version that was read shows that it has had it all the time; that there is none does not: it may have come and gone.
     *
     * @param lasting whether what was not found goes as a range of one key, in which that is seen for as long as the history reaches
     */
    List<Question> questions(boolean lasting) {
        var asked = new TreeMap<Part, Asked>();
        reads.forEach((place, result) -> {
            Asked part = asked.computeIfAbsent(partOf(place), Asked::new);
            if (lasting && result.getVersion() == 0) {
                part.add(absence(place, result));
            } else {
                part.next(place.key().toByteString().size()).addReads(version(place, result));
            }
        });
        ranges.forEach(it -> asked.computeIfAbsent(it.part(), Asked::new).add(it.range()));
        return asked.values().stream().flatMap(Asked::questions).toList();
    }

    /** What is to be asked of one partition. */
    private static final class Asked {
        private static final int MOST_BYTES = Limits.MAX_TRANSACTION_PARTITION_BYTES / 4;

        private final Part part;
        private final List<ReadWriteSet.Builder> sets = new ArrayList<>();
        private int bytes = MOST_BYTES;

        Asked(Part part) {
            this.part = part;
        }

        void add(ScannedRange range) {
            next(range.getFrom().size() + range.getTo().size()).addRanges(range);
        }

        /** The set for what has so many bytes. */
        ReadWriteSet.Builder next(int more) {
            if (bytes + more > MOST_BYTES) {
                sets.add(ReadWriteSet.newBuilder());
                bytes = 0;
            }
            bytes += more;
            return sets.get(sets.size() - 1);
        }

        Stream<Question> questions() {
            return sets.stream().map(set -> new Question(part, set.build()));
        }
    }

    /** A written key of the partition that decides: the first, by keyspace and number, in which something is written. */
    Place decider() {
        return writes.keySet().stream()
                .min(java.util.Comparator.comparing(Footprint::partOf)
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

    private static ScannedRange absence(Place place, GetResult result) {
        ByteString key = place.key().toByteString();
        return ScannedRange.newBuilder()
                .setPartition(place.partition())
                .setFrom(key)
                .setTo(key.concat(JUST_BEHIND))
                .setAsOf(result.getValidUntil())
                .build();
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
