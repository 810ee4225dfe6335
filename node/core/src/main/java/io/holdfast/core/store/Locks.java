package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.ReadWriteSet.Range;
import io.holdfast.core.store.ReadWriteSet.Read;
import io.holdfast.core.store.ReadWriteSet.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The locks of prepared transactions, by key. Derived from them, so not part of the image. */
final class Locks {
    /** The prepare timestamp of the one transaction that will write the key. */
    private final TreeMap<Bytes, Long> written = new TreeMap<>();
    /** How many transactions have read the key. */
    private final Map<Bytes, Integer> read = new HashMap<>();

    private final List<Range> ranges = new ArrayList<>();

    void add(PreparedTransaction prepared) {
        ReadWriteSet set = prepared.set();
        set.writes().forEach(write -> written.put(write.key(), prepared.timestamp()));
        set.reads().forEach(it -> read.merge(it.key(), 1, Integer::sum));
        ranges.addAll(set.ranges());
    }

    void remove(PreparedTransaction prepared) {
        ReadWriteSet set = prepared.set();
        set.writes().forEach(write -> written.remove(write.key()));
        set.reads().forEach(it -> read.compute(it.key(), (key, count) -> count == 1 ? null : count - 1));
        // One of equal ranges for each: which one does not matter.
        set.ranges().forEach(ranges::remove);
    }

    /** Whether a write of this key must wait or fail. */
    boolean forbidWrite(Bytes key) {
        return written.containsKey(key) || read.containsKey(key) || scanned(key);
    }

    private boolean scanned(Bytes key) {
        for (Range range : ranges) {
            if (range.contains(key)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a transaction with these reads and writes must not be prepared beside those that are. */
    boolean conflictWith(ReadWriteSet set) {
        for (Write write : set.writes()) {
            if (forbidWrite(write.key())) {
                return true;
            }
        }
        return forbidReads(set);
    }

    /** Whether something that was read is about to be changed. */
    boolean forbidReads(ReadWriteSet set) {
        for (Read read : set.reads()) {
            if (written.containsKey(read.key())) {
                return true;
            }
        }
        for (Range range : set.ranges()) {
            if (!writesIn(range).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** When the transaction that will write the key was prepared: it will be written at that timestamp or later. */
    OptionalLong preparedWrite(Bytes key) {
        Long timestamp = written.get(key);
        return timestamp == null ? OptionalLong.empty() : OptionalLong.of(timestamp);
    }

    /** The earliest such timestamp of the range's keys. */
    OptionalLong preparedWrite(Range range) {
        return writesIn(range).values().stream().mapToLong(Long::longValue).min();
    }

    private SortedMap<Bytes, Long> writesIn(Range range) {
        return range.to().isPresent() ? written.subMap(range.from(), range.to().get()) : written.tailMap(range.from());
    }
}
