package io.holdfast.client.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Coarse timers for very many requests, nearly all of which end before their time: setting and cancelling one is a few
 * pointer writes (a simple hashed wheel: Varghese and Lauck, "Hashed and hierarchical timing wheels", scheme 6). For the
 * network thread alone. A timer may fire up to one tick late, never early.
 */
final class TimerWheel<N extends TimerWheel.Node> {
    static final long TICK_NANOS = 10_000_000;
    private static final int SLOTS = 512;

    /** What has a timer: one at a time. */
    abstract static class Node {
        private Node before;
        private Node after;
        private long tick;

        final void link(Node previous, Node next) {
            before = previous;
            after = next;
        }
    }

    private static final class Head extends Node {
        Head() {
            link(this, this);
        }
    }

    private final Node[] slots = new Node[SLOTS];
    private final Node due = new Head();
    private final Consumer<N> expired;
    private long lastTick;
    private int size;

    TimerWheel(long nowNanos, Consumer<N> expired) {
        this.expired = expired;
        this.lastTick = Math.floorDiv(nowNanos, TICK_NANOS);
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Head();
        }
    }

    int size() {
        return size;
    }

    /** Sets the node's timer, in place of the one it may have. */
    void set(N node, long atNanos) {
        cancel(node);
        Node it = node;
        it.tick = Math.max(Math.floorDiv(atNanos, TICK_NANOS) + 1, lastTick + 1);
        Node head = slots[Math.floorMod(it.tick, SLOTS)];
        append(head, it);
        size++;
    }

    void cancel(N node) {
        Node it = node;
        if (it.after != null) {
            unlink(it);
        }
    }

    /** Hands out every node whose time has come. It has no timer then, and may be given one. */
    void advance(long nowNanos) {
        long nowTick = Math.floorDiv(nowNanos, TICK_NANOS);
        long from = Math.max(lastTick + 1, nowTick - SLOTS + 1);
        // Set first: a timer that is set while others expire must not land in a slot that has been passed already.
        lastTick = Math.max(lastTick, nowTick);
        for (long tick = from; tick <= nowTick; tick++) {
            expireSlot(slots[Math.floorMod(tick, SLOTS)], nowTick);
        }
    }

    // In two steps, because what an expired node does may set or cancel the timers of its neighbours.
    private void expireSlot(Node head, long nowTick) {
        Node node = head.after;
        while (node != head) {
            Node next = node.after;
            if (node.tick <= nowTick) {
                node.before.after = node.after;
                node.after.before = node.before;
                append(due, node);
            }
            node = next;
        }
        while (due.after != due) {
            Node first = due.after;
            unlink(first);
            expired.accept(cast(first));
        }
    }

    /** Takes every node out, in no order, for the end. */
    List<N> removeAll() {
        List<N> all = new ArrayList<>(size);
        for (Node head : slots) {
            moveAll(head, all);
        }
        // What expires may bring the end about, while others that are due with it are still to be handed out.
        moveAll(due, all);
        return all;
    }

    private void moveAll(Node head, List<N> all) {
        while (head.after != head) {
            Node node = head.after;
            unlink(node);
            all.add(cast(node));
        }
    }

    private static void append(Node head, Node node) {
        node.before = head.before;
        node.after = head;
        head.before.after = node;
        head.before = node;
    }

    private void unlink(Node node) {
        node.before.after = node.after;
        node.after.before = node.before;
        node.before = null;
        node.after = null;
        size--;
    }

    @SuppressWarnings("unchecked")
    private N cast(Node node) {
        return (N) node;
    }
}
