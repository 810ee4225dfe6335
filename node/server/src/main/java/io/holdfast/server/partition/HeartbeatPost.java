package io.holdfast.server.partition;

import io.holdfast.core.raft.PeerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.Address;

/**
 * Lets the heartbeats of a node's replicas travel together, and the answers to them. With hundreds of partitions awake they are nearly all of the
 * messages between two nodes, and each on its own costs as much as one that brings entries: such a node would be busy with saying that it is there
 * (docs/performance.md, "Many partitions"). To the protocol, waiting here is a slow network.
 *
 * <p>Where there are few, nothing waits: each goes by itself, and no lease or read is later for it. Thread-safe; never blocks.
 */
public final class HeartbeatPost {
    /** How long the first one in a batch waits, at least; the scheduler's timers end up to 10 ms late. Short against a lease of 300 ms. */
    static final Duration LINGER = Duration.ofMillis(5);
    /** A batch is sent when it has so many, less than 100 KiB. */
    static final int FULL_BATCH = 256;
    /** So many for one node within the {@link #WINDOW} make it worth while for the next ones to wait: about ten in each batch. */
    static final int BUSY = 100;

    static final Duration WINDOW = Duration.ofMillis(100);
    /** With a shorter lease than this nothing waits: a heartbeat and its answer may each be 15 ms late, and a lease is shorter by that. */
    static final Duration SHORTEST_LEASE = Duration.ofMillis(150);

    private final BiConsumer<Address, Heartbeats> send;
    private final BiConsumer<Duration, Runnable> delay;
    private final LongSupplier nanos;
    private final boolean gathers;
    /** Bounded by the number of nodes: their addresses are in the configuration. */
    private final ConcurrentHashMap<Address, Bag> bags = new ConcurrentHashMap<>();

    /**
     * @param lease of the replicas
     * @param send to the {@link HeartbeatReceiver} of a node; may lose messages, must not block
     * @param delay runs something later, on another thread
     */
    HeartbeatPost(
            Duration lease,
            BiConsumer<Address, Heartbeats> send,
            BiConsumer<Duration, Runnable> delay,
            LongSupplier nanos) {
        this.gathers = lease.compareTo(SHORTEST_LEASE) >= 0;
        this.send = send;
        this.delay = delay;
        this.nanos = nanos;
    }

    /** False if there are few at present: then it is to be sent by itself. */
    boolean offer(Address node, PartitionId partition, String sender, PeerMessage message) {
        return gathers && bags.computeIfAbsent(node, Bag::new).offer(partition, sender, message);
    }

    private final class Bag {
        private final Address node;
        private List<Heartbeats.Item> items = new ArrayList<>();
        private long windowNanos;
        private int inWindow;
        private boolean busy;

        Bag(Address node) {
            this.node = node;
            this.windowNanos = nanos.getAsLong();
        }

        synchronized boolean offer(PartitionId partition, String sender, PeerMessage message) {
            count();
            if (!busy && items.isEmpty()) {
                return false;
            }
            if (items.isEmpty()) {
                // Before anything is in it: a scheduler that has ended with its node throws.
                delay.accept(LINGER, this::flush);
            }
            items.add(new Heartbeats.Item(partition, sender, message));
            if (items.size() >= FULL_BATCH) {
                flush();
            }
            return true;
        }

        private void count() {
            long sinceNanos = nanos.getAsLong() - windowNanos;
            if (sinceNanos >= WINDOW.toNanos()) {
                // Of a window that ended long ago nothing follows for the next one.
                busy = inWindow >= BUSY && sinceNanos < 2 * WINDOW.toNanos();
                windowNanos += sinceNanos;
                inWindow = 0;
            }
            inWindow++;
        }

        private synchronized void flush() {
            if (!items.isEmpty()) {
                var batch = new Heartbeats(items);
                items = new ArrayList<>();
                send.accept(node, batch);
            }
        }
    }
}
