package io.holdfast.server.partition;

import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from this node to the replicas of another site that runs on one node. What the replicas of this node send while a batch
 * waits for its turn on the executor goes out with it: no timer holds anything back, and under load a message between nodes carries what
 * many partitions have to say. Thread-safe, never blocks, keeps the order of each sender. What exceeds its bound is lost, as on any network.
 */
final class SiteLink {
    /** A batch is cut at this size, well below the largest frame; one larger message travels alone. */
    static final long BATCH_BYTES = 256 << 10;
    /** The executor stands still if so much waits: whatever comes then is old before it could leave. */
    static final long MAX_WAITING_BYTES = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(SiteLink.class);
    /** About what stands around the payload of a message; it also bounds the number of small ones. */
    private static final long OVERHEAD = 128;

    private final String site;
    private final Executor executor;
    private final Consumer<ReplicaBatch> wire;
    private final Queue<Weighed> queue = new ConcurrentLinkedQueue<>();
    /** Of the queue, and of what is being added to it: whoever raises it from 0 sees to it that the queue is sent. */
    private final AtomicLong waitingBytes = new AtomicLong();

    private volatile boolean losing;

    private record Weighed(ReplicaEnvelope envelope, long bytes) {}

    /**
     * @param site the other one, for the log
     * @param executor runs the sending; must run each task once, later or at once
     * @param wire hands a batch to the network, called by one thread at a time
     */
    SiteLink(String site, Executor executor, Consumer<ReplicaBatch> wire) {
        this.site = site;
        this.executor = executor;
        this.wire = wire;
    }

    void send(ReplicaEnvelope envelope) {
        long bytes = bytesOf(envelope.message());
        long before = waitingBytes.getAndAdd(bytes);
        if (before > 0 && before + bytes > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-bytes);
            lost(before);
            return;
        }
        queue.add(new Weighed(envelope, bytes));
        if (before == 0) {
            executor.execute(this::sendWaiting);
        }
    }

    private void lost(long waiting) {
        if (!losing) {
            losing = true;
            LOG.warn(
                    "Messages to site {} are lost: {} bytes wait to be sent already. This node has too little processor time",
                    site,
                    waiting);
        }
    }

    private void sendWaiting() {
        long sent = 0;
        while (!queue.isEmpty()) {
            var batch = new ArrayList<ReplicaEnvelope>();
            sent += take(batch);
            wire.accept(new ReplicaBatch(batch));
        }
        // What was added since then, or is just being added, has nobody else to send it.
        if (waitingBytes.addAndGet(-sent) > 0) {
            executor.execute(this::sendWaiting);
        } else {
            losing = false;
        }
    }

    /** Moves what fits from the queue to the batch, at least one message if there is one; answers its bytes. */
    private long take(List<ReplicaEnvelope> batch) {
        long bytes = 0;
        for (Weighed next = queue.peek(); next != null; next = queue.peek()) {
            if (!batch.isEmpty() && bytes + next.bytes() > BATCH_BYTES) {
                break;
            }
            queue.remove();
            batch.add(next.envelope());
            bytes += next.bytes();
        }
        return bytes;
    }

    private static long bytesOf(ReplicaMessage message) {
        if (message instanceof ReplicaMessage.FromPeer peer) {
            return OVERHEAD + bytesOf(peer.message());
        }
        if (message instanceof ReplicaMessage.Write write) {
            return OVERHEAD + write.commands().stream().mapToLong(Command::size).sum();
        }
        return message instanceof ReplicaMessage.Read read
                ? OVERHEAD + read.queries().stream().mapToLong(Query::size).sum()
                : OVERHEAD;
    }

    private static long bytesOf(PeerMessage message) {
        if (message instanceof PeerMessage.AppendRequest append) {
            return append.entries().stream()
                    .mapToLong(entry -> OVERHEAD + entry.size())
                    .sum();
        }
        return message instanceof PeerMessage.ImageChunk chunk ? chunk.bytes().length() : 0;
    }
}
