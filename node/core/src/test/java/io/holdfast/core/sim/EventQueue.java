package io.holdfast.core.sim;

import java.util.Arrays;

/** What will happen, by simulated time; what falls on the same time happens in the order in which it was planned. */
final class EventQueue {
    interface Event {
        void happen();
    }

    private long[] times = new long[1024];
    private long[] orders = new long[1024];
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
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            events = Arrays.copyOf(events, size * 2);
        }
        long order = ++lastOrder;
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) >> 1;
            if (times[parent] <= time) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, time, order, event);
    }

    /** Lets the next event happen; false if there is none. */
    boolean next() {
        if (size == 0) {
            return false;
        }
        Event event = events[0];
        now = times[0];
        size--;
        long time = times[size];
        long order = orders[size];
        Event moved = events[size];
        events[size] = null;
        if (size > 0) {
            siftDown(time, order, moved);
        }
        event.happen();
        return true;
    }

    private void siftDown(long time, long order, Event event) {
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(child + 1, times[child], orders[child])) {
                child++;
            }
            if (!before(child, time, order)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, time, order, event);
    }

    private boolean before(int index, long time, long order) {
        return times[index] < time || (times[index] == time && orders[index] < order);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        events[to] = events[from];
    }

    private void put(int index, long time, long order, Event event) {
        times[index] = time;
        orders[index] = order;
        events[index] = event;
    }
}
