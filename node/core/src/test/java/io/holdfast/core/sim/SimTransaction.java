package io.holdfast.core.sim;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one client did in one transaction and how it ended. Lists of numbers are read and appended to; or accounts, where a list
 * holds the balance and the number of the transfer that wrote it; or single numbers, which others write without a transaction.
 */
final class SimTransaction {
    final String what;
    final Workload workload;
    final Kind kind;
    final long invoked;
    long returned = Long.MAX_VALUE;
    Ending ending = Ending.UNKNOWN;
    /** At which it is committed, or at which it read. */
    long timestamp;

    Optional<WriteId> id = Optional.empty();
    final List<Seen> reads = new ArrayList<>();
    final List<SeenRange> ranges = new ArrayList<>();
    /** What it writes: the number by which each write is known, {@link #DELETION} where it deletes a number. */
    final TreeMap<Place, Integer> appends = new TreeMap<>();
    /** Of a transfer: what each account gets. */
    final TreeMap<Place, Integer> amounts = new TreeMap<>();

    static final int DELETION = 0;

    enum Kind {
        READ_WRITE,
        STRICT_READ,
        SNAPSHOT
    }

    enum Ending {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    record Place(int partition, Bytes key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byPartition = Integer.compare(partition, other.partition);
            return byPartition != 0 ? byPartition : key.compareTo(other.key);
        }

        @Override
        public String toString() {
            return partition + "/" + key.toUtf8();
        }
    }

    /** @param from and until: between these timestamps the answer was said to hold */
    record Seen(Place place, long version, List<Integer> list, long from, long until) {}

    record SeenRange(int partition, ReadWriteSet.Range range, List<Bytes> keys, long from, long until) {}

    enum Workload {
        LISTS("t/"),
        BANK("b/"),
        SHARED("s/");

        final String prefix;

        Workload(String prefix) {
            this.prefix = prefix;
        }
    }

    SimTransaction(String what, Workload workload, Kind kind, long invoked) {
        this.what = what;
        this.workload = workload;
        this.kind = kind;
        this.invoked = invoked;
    }

    void end(Ending how, long at, long timestampOfEnd) {
        ending = how;
        returned = at;
        timestamp = timestampOfEnd;
    }

    /** What has been read and will be written, by partition. */
    Map<Integer, ReadWriteSet> sets() {
        var partitions = new java.util.TreeSet<Integer>();
        reads.forEach(it -> partitions.add(it.place().partition()));
        ranges.forEach(it -> partitions.add(it.partition()));
        appends.keySet().forEach(it -> partitions.add(it.partition()));
        var sets = new TreeMap<Integer, ReadWriteSet>();
        for (int partition : partitions) {
            sets.put(partition, set(partition));
        }
        return sets;
    }

    /** What was read, to be asked of each partition by itself, absent keys as ranges: as the client does it (`Footprint.questions`). */
    Map<Integer, ReadWriteSet> questions() {
        var questions = new TreeMap<Integer, ReadWriteSet>();
        sets().forEach((partition, set) -> {
            var scanned = new ArrayList<>(set.ranges());
            reads.stream()
                    .filter(read -> read.place().partition() == partition && read.version() == 0)
                    .forEach(read -> scanned.add(absence(read)));
            var found = set.reads().stream().filter(read -> read.version() != 0).toList();
            questions.put(partition, new ReadWriteSet(found, scanned, set.writes()));
        });
        return questions;
    }

    private static ReadWriteSet.Range absence(Seen read) {
        byte[] key = read.place().key().unsafeArray();
        return new ReadWriteSet.Range(
                Bytes.wrap(key), Optional.of(Bytes.wrap(Arrays.copyOf(key, key.length + 1))), read.until());
    }

    private ReadWriteSet set(int partition) {
        var here = new ArrayList<ReadWriteSet.Read>();
        for (Seen read : reads) {
            if (read.place().partition() == partition) {
                here.add(new ReadWriteSet.Read(read.place().key(), read.version()));
            }
        }
        var scanned = new ArrayList<ReadWriteSet.Range>();
        for (SeenRange range : ranges) {
            if (range.partition() == partition) {
                scanned.add(range.range());
            }
        }
        var writes = new ArrayList<ReadWriteSet.Write>();
        for (Place place : appends.keySet()) {
            if (place.partition() == partition) {
                writes.add(new ReadWriteSet.Write(place.key(), written(place)));
            }
        }
        return new ReadWriteSet(here, scanned, writes);
    }

    private Optional<Bytes> written(Place place) {
        boolean deletes = workload == Workload.SHARED && appends.get(place) == DELETION;
        return deletes ? Optional.empty() : Optional.of(encode(appended(place)));
    }

    /** The list as it is after this transaction. */
    private List<Integer> appended(Place place) {
        if (workload == Workload.SHARED) {
            return List.of(appends.get(place));
        }
        if (workload == Workload.BANK) {
            return List.of(SimBank.balance(listAt(place)) + amounts.get(place), appends.get(place));
        }
        var list = new ArrayList<>(listAt(place));
        list.add(appends.get(place));
        return list;
    }

    List<Integer> listAt(Place place) {
        for (Seen read : reads) {
            if (read.place().equals(place)) {
                return read.list();
            }
        }
        throw new IllegalStateException(this + " has not read " + place);
    }

    static Bytes encode(List<Integer> list) {
        ByteBuffer out = ByteBuffer.allocate(4 * list.size());
        list.forEach(out::putInt);
        return Bytes.wrap(out.array());
    }

    static List<Integer> decode(Optional<Bytes> value) {
        if (value.isEmpty()) {
            return List.of();
        }
        ByteBuffer in = ByteBuffer.wrap(value.get().unsafeArray());
        var list = new ArrayList<Integer>();
        while (in.hasRemaining()) {
            list.add(in.getInt());
        }
        return list;
    }

    @Override
    public String toString() {
        return what + " " + kind + " " + ending + (timestamp == 0 ? "" : " at " + timestamp) + " read " + reads + ranges
                + " appended " + appends;
    }
}
