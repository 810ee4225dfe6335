package io.holdfast.client.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * A map from positive long ids to objects, by open addressing with linear probing: one look-up a response, without the
 * boxes and nodes of a HashMap. Deletion closes the gap by moving later entries of the run back (Knuth, The Art of
 * Computer Programming, volume 3, section 6.4, algorithm R), so that no tombstones gather.
 */
final class LongTable<V> {
    private static final int LEAST = 64;

    private long[] keys = new long[LEAST];
    private Object[] values = new Object[LEAST];
    private int size;

    int size() {
        return size;
    }

    void put(long id, V value) {
        if (id <= 0) {
            throw new IllegalStateException("Ids are positive: " + id);
        }
        if (size * 2 >= keys.length) {
            grow();
        }
        int at = find(id);
        if (keys[at] == id) {
            throw new IllegalStateException("The id " + id + " is outstanding already");
        }
        keys[at] = id;
        values[at] = value;
        size++;
    }

    /** Removes and returns what the id stands for, or null. */
    V remove(long id) {
        int at = id <= 0 ? -1 : find(id);
        if (at < 0 || keys[at] != id) {
            return null;
        }
        V found = cast(values[at]);
        size--;
        int mask = keys.length - 1;
        int gap = at;
        for (int next = gap + 1 & mask; keys[next] != 0; next = next + 1 & mask) {
            int home = slot(keys[next]);
            // The entry may move back unless its home lies cyclically between the gap and where it is.
            if ((next - home & mask) >= (next - gap & mask)) {
                keys[gap] = keys[next];
                values[gap] = values[next];
                gap = next;
            }
        }
        keys[gap] = 0;
        values[gap] = null;
        return found;
    }

    /** Empties the table and returns what was in it, by ascending id. */
    List<V> removeAll() {
        List<Long> ids = new ArrayList<>(size);
        for (long key : keys) {
            if (key != 0) {
                ids.add(key);
            }
        }
        ids.sort(null);
        List<V> all = new ArrayList<>(ids.size());
        for (long id : ids) {
            all.add(remove(id));
        }
        return all;
    }

    private int find(long id) {
        int mask = keys.length - 1;
        int at = slot(id);
        while (keys[at] != 0 && keys[at] != id) {
            at = at + 1 & mask;
        }
        return at;
    }

    // Ids count up, so that their low bits spread them perfectly.
    private int slot(long id) {
        return (int) id & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }

    @SuppressWarnings("unchecked")
    private V cast(Object value) {
        return (V) value;
    }
}
