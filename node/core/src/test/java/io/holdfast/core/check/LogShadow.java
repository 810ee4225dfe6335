package io.holdfast.core.check;

import io.holdfast.core.raft.Entry;
import java.util.ArrayList;
import java.util.List;

/** A checker's own copy of a log: the entries after a base, by which it sees what changed. */
final class LogShadow {
    private long baseIndex;
    private long baseTerm;
    private final ArrayList<Entry> entries = new ArrayList<>();

    void restart(long index, long term) {
        baseIndex = index;
        baseTerm = term;
        entries.clear();
    }

    void copyOf(LogShadow other) {
        restart(other.baseIndex, other.baseTerm);
        entries.addAll(other.entries);
    }

    long baseIndex() {
        return baseIndex;
    }

    long lastIndex() {
        return baseIndex + entries.size();
    }

    long lastTerm() {
        return entries.isEmpty() ? baseTerm : entries.get(entries.size() - 1).term();
    }

    boolean knows(long index) {
        return index >= baseIndex && index <= lastIndex();
    }

    long termAt(long index) {
        return index == baseIndex ? baseTerm : entry(index).term();
    }

    Entry entry(long index) {
        return entries.get((int) (index - baseIndex - 1));
    }

    void truncateFrom(long index) {
        while (lastIndex() >= index && !entries.isEmpty()) {
            entries.remove(entries.size() - 1);
        }
    }

    void append(Entry entry) {
        if (entry.index() != lastIndex() + 1) {
            throw CheckFailed.of("entry %d stands after entry %d", entry.index(), lastIndex());
        }
        entries.add(entry);
    }

    void appendAll(List<Entry> more) {
        more.forEach(this::append);
    }
}
