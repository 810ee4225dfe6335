package io.holdfast.core.sim;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What will happen, by simulated time; what falls on the same time happens in the order in which it was planned. */
final class EventQueue {
    interface Event {
        void happen();
    }

    /** Time and order share one number, so that a comparison is one: 274 simulated seconds and 33 million events are room enough. */
    private static final int ORDER_BITS = 25;

    private static final int CHILDREN = 4;

    /** A heap of numbers alone: events stay where they are put, because moving a reference costs the collector's barrier as well. */
    private long[] keys = new long[1024];
    /** Where the event of each key stands; behind the last one, the places that are free. */
    private int[] places = places(1024);

    private Event[] events = new Event[1024];
    private int size;
    private long lastOrder;
    private long now;

    /** Simulated nanoseconds since the start of the run. */
    long now() {
        return now;
    }

    /** How many events have been planned so far. */
    long planned() {
        return lastOrder;
    }

    void after(long nanos, Event event) {
        at(now + nanos, event);
    }

    void at(long time, Event event) {
        if (size == keys.length) {
            grow();
        }
        long order = ++lastOrder;
        if (time < now || time >= 1L << (63 - ORDER_BITS) || order >= 1L << ORDER_BITS) {
            throw new IllegalStateException("event " + order + " at " + time + " ns is out of range");
        }
        long key = time << ORDER_BITS | order;
        int place = places[size];
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) / CHILDREN;
            if (keys[parent] < key) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        keys[hole] = key;
        places[hole] = place;
        events[place] = event;
    }

    private void grow() {
        int[] more = places(size * 2);
        System.arraycopy(places, 0, more, 0, size);
        places = more;
        keys = Arrays.copyOf(keys, size * 2);
        events = Arrays.copyOf(events, size * 2);
    }

    private static int[] places(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** Lets the next event happen; false if there is none. */
    boolean next() {
        if (size == 0) {
            return false;
        }
        int place = places[0];
        Event event = events[place];
        events[place] = null;
        now = keys[0] >> ORDER_BITS;
        size--;
        siftDown(keys[size], places[size]);
        places[size] = place;
        event.happen();
        return true;
    }

    private void siftDown(long key, int place) {
        int hole = 0;
        while (true) {
            int first = CHILDREN * hole + 1;
            if (first >= size) {
                break;
            }
            int least = first;
            int last = Math.min(first + CHILDREN, size);
            for (int child = first + 1; child < last; child++) {
                if (keys[child] < keys[least]) {
                    least = child;
                }
            }
            if (keys[least] > key) {
                break;
            }
            move(least, hole);
            hole = least;
        }
        keys[hole] = key;
        places[hole] = place;
    }

    private void move(int from, int to) {
        keys[to] = keys[from];
        places[to] = places[from];
    }
}
