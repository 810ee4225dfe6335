package io.holdfast.server.partition;

import io.holdfast.server.membership.IncidentLog;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of this node's heap its replicas' data takes, and whether there is room for more. All data lies in the heap, and a heap that is too full
 * stops the node with everything that is in it, at all sites at about the same time; so what brings more is refused before. Thread-safe.
 *
 * <p>It counts what replicas say of themselves instead of asking the JVM, which knows how much is in use only after it has collected all of it.
 */
public final class DataMemory {
    /** What a node takes of its heap that holds no data: buffers, connections, the cluster. */
    private static final long NODE_BYTES = 96L << 20;
    /** Full ends a little below where it begins, or it would come and go with every write. */
    private static final double ROOM_AGAIN = 0.97;
    /** The ends of all logs together: with many partitions they would leave no room for data, and nobody could delete them. */
    private static final double LOGS = 0.125;

    private final String node;
    private final long limitBytes;
    private final IncidentLog incidents;
    private final AtomicLong used = new AtomicLong();
    private volatile boolean full;
    private volatile long logTailBytes = Long.MAX_VALUE;
    private int shares;

    /** @param node as incidents call it */
    public DataMemory(String node, long limitBytes, IncidentLog incidents) {
        this.node = node;
        this.limitBytes = limitBytes;
        this.incidents = incidents;
    }

    /** What data may take of a heap. @param share {@code site.data-share} */
    public static long limitOf(long heapBytes, double share) {
        return (long) (share * Math.max(heapBytes - NODE_BYTES, heapBytes / 2));
    }

    public long limitBytes() {
        return limitBytes;
    }

    /** Roughly. */
    public long usedBytes() {
        return used.get();
    }

    /** Whether writes that bring more data are to be refused. */
    public boolean full() {
        return full;
    }

    /** How much of its log's end a replica may keep. */
    long logTailBytes() {
        return logTailBytes;
    }

    /** What one replica takes, until it ends; at most one thread at a time may use it. */
    synchronized Share share() {
        sharesAre(shares + 1);
        return new Share();
    }

    final class Share {
        private long bytes;
        private boolean ended;

        /** Cheap where nothing has changed. */
        void set(long nowBytes) {
            long more = nowBytes - bytes;
            if (more != 0) {
                bytes = nowBytes;
                changed(used.addAndGet(more));
            }
        }

        void end() {
            set(0);
            if (!ended) {
                ended = true;
                oneLess();
            }
        }
    }

    private synchronized void oneLess() {
        sharesAre(shares - 1);
    }

    private void sharesAre(int now) {
        shares = now;
        logTailBytes = (long) (LOGS * limitBytes / Math.max(1, now));
    }

    private void changed(long usedNow) {
        if (mustChange(usedNow)) {
            judge();
        }
    }

    private boolean mustChange(long bytes) {
        return full ? bytes < limitBytes * ROOM_AGAIN : bytes > limitBytes;
    }

    private synchronized void judge() {
        // Whoever changes it meanwhile may see the state before, and leave it at that.
        for (long bytes = used.get(); mustChange(bytes); bytes = used.get()) {
            full = !full;
            if (full) {
                report(bytes);
            } else {
                incidents.recovered("memory-full", node);
            }
        }
    }

    private void report(long bytes) {
        incidents.report(
                "memory-full",
                node,
                "data takes " + (bytes >> 20) + " MiB, more than the " + (limitBytes >> 20)
                        + " MiB that it may take of the heap",
                "writes that bring more are refused at all sites: delete data, or start the nodes with larger heaps");
    }
}
