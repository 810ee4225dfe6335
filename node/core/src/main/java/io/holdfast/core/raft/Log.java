package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import java.util.ArrayList;
import java.util.List;

/**
 * The end of the replicated log that is kept in memory: the entries after {@link #baseIndex()}, which are contiguous.
 * What is before the base is committed, applied and in the image of the partition.
 */
final class Log {
    private long baseIndex;
    private long baseTerm;
    private final ArrayList<Entry> entries = new ArrayList<>();
    /** Entries before this position are trimmed; removing them from the list one by one would copy it each time. */
    private int start;

    private long bytes;

    Log(long baseIndex, long baseTerm, List<Entry> tail) {
        this.baseIndex = baseIndex;
        this.baseTerm = baseTerm;
        tail.forEach(this::append);
    }

    long baseIndex() {
        return baseIndex;
    }

    long baseTerm() {
        return baseTerm;
    }

    long lastIndex() {
        return baseIndex + entries.size() - start;
    }

    long lastTerm() {
        return lastIndex() == baseIndex
                ? baseTerm
                : entries.get(entries.size() - 1).term();
    }

    long bytes() {
        return bytes;
    }

    /** Whether {@link #termAt} can answer for this index. */
    boolean knows(long index) {
        return index >= baseIndex && index <= lastIndex();
    }

    long termAt(long index) {
        check(knows(index), "term of entry %d asked, log holds (%d, %d]", index, baseIndex, lastIndex());
        return index == baseIndex ? baseTerm : entry(index).term();
    }

    Entry entry(long index) {
        check(index > baseIndex && index <= lastIndex(), "entry %d is not in (%d, %d]", index, baseIndex, lastIndex());
        return entries.get((int) (index - baseIndex - 1) + start);
    }

    void append(Entry entry) {
        check(entry.index() == lastIndex() + 1, "entry %d appended after %d", entry.index(), lastIndex());
        check(entry.term() >= lastTerm(), "entry of term %d appended after term %d", entry.term(), lastTerm());
        entries.add(entry);
        bytes += entry.size();
    }

    /** Removes the entry at the index and all above. */
    void truncateFrom(long index) {
        check(index > baseIndex, "truncation from %d reaches below the log's base %d", index, baseIndex);
        while (lastIndex() >= index) {
            bytes -= entries.remove(entries.size() - 1).size();
        }
    }

    /** Whether another log's last entry makes it at least as up to date as this one (Raft, section 5.4.1). */
    boolean isUpToDate(long otherLastIndex, long otherLastTerm) {
        return otherLastTerm > lastTerm() || (otherLastTerm == lastTerm() && otherLastIndex >= lastIndex());
    }

    /** The entries from the index on, up to the sum of bytes; at least one if there is one. */
    List<Entry> slice(long from, long maxBytes) {
        var slice = new ArrayList<Entry>();
        long sum = 0;
        for (long index = from; index <= lastIndex(); index++) {
            Entry entry = entry(index);
            sum += entry.size();
            if (!slice.isEmpty() && sum > maxBytes) {
                break;
            }
            slice.add(entry);
        }
        return slice;
    }

    /** The largest index up to the given one whose term is at most the given one: where two logs may still agree. */
    long lastIndexOfTermAtMost(long index, long term) {
        long candidate = Math.min(index, lastIndex());
        while (candidate > baseIndex && termAt(candidate) > term) {
            candidate--;
        }
        return candidate;
    }

    /** Forgets entries from the front, up to the index, while more than so many bytes are kept. */
    void trim(long upTo, long keepBytes) {
        while (bytes > keepBytes && baseIndex < upTo && lastIndex() > baseIndex) {
            Entry first = entries.set(start, null);
            start++;
            bytes -= first.size();
            baseIndex = first.index();
            baseTerm = first.term();
        }
        if (start > 1024 && start * 2 > entries.size()) {
            entries.subList(0, start).clear();
            start = 0;
        }
    }

    /** Starts anew behind an image. Keeps what follows it if the log holds the image's last entry (Raft, section 7). */
    void installed(long index, long term) {
        List<Entry> suffix = knows(index) && termAt(index) == term ? slice(index + 1, Long.MAX_VALUE) : List.of();
        entries.clear();
        start = 0;
        bytes = 0;
        baseIndex = index;
        baseTerm = term;
        suffix.forEach(this::append);
    }

    /** All entries after the index. */
    List<Entry> after(long index) {
        return slice(index + 1, Long.MAX_VALUE);
    }
}
