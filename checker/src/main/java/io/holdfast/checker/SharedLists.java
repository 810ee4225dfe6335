package io.holdfast.checker;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * Keeps the lists that were read from a key as beginnings of one list, as they are where all is well: then a history takes memory for each
 * read and each append, and not for each value of each read. A list that is no beginning is kept as it is. For one thread at a time; the
 * lists that it gives are for any.
 */
public final class SharedLists {
    private final Map<String, Whole> wholes = new HashMap<>();

    /** The longest list of a key so far. It only grows, so that its beginnings stay what they are. */
    private static final class Whole {
        /** Written anew when it grows, and read by threads that saw it shorter. */
        private volatile long[] values = new long[8];

        private int length;

        private boolean covers(List<Long> other) {
            int common = Math.min(length, other.size());
            long[] known = values;
            for (int i = 0; i < common; i++) {
                if (known[i] != other.get(i)) {
                    return false;
                }
            }
            return true;
        }

        private void extend(List<Long> longer) {
            long[] room = longer.size() <= values.length ? values : Arrays.copyOf(values, longer.size() * 2);
            for (int i = length; i < longer.size(); i++) {
                room[i] = longer.get(i);
            }
            length = Math.max(length, longer.size());
            values = room;
        }
    }

    private static final class Beginning extends AbstractList<Long> implements RandomAccess {
        private final Whole whole;
        private final int size;

        private Beginning(Whole whole, int size) {
            this.whole = whole;
            this.size = size;
        }

        @Override
        public Long get(int index) {
            return whole.values[Objects.checkIndex(index, size)];
        }

        @Override
        public int size() {
            return size;
        }
    }

    /** A list of these values, which does not change. */
    public List<Long> shared(String key, List<Long> values) {
        Whole whole = wholes.computeIfAbsent(key, unknown -> new Whole());
        if (!whole.covers(values)) {
            return List.copyOf(values);
        }
        whole.extend(values);
        return new Beginning(whole, values.size());
    }

    static List<Long> immutable(List<Long> values) {
        return values instanceof Beginning ? values : List.copyOf(values);
    }

    static boolean isPrefix(List<Long> one, List<Long> other) {
        return sharesPrefix(one, other)
                || one.size() <= other.size() && other.subList(0, one.size()).equals(one);
    }

    /** Whether the one is known to be a beginning of the other without a look at their values. */
    static boolean sharesPrefix(List<Long> one, List<Long> other) {
        return one instanceof Beginning mine
                && other instanceof Beginning theirs
                && mine.whole == theirs.whole
                && mine.size <= theirs.size;
    }
}
