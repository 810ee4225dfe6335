package io.holdfast.compare;

import io.holdfast.loadtest.load.Gaps;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How long a partition acknowledges no writes when its leader is killed. Open: each writer sends a write at its time, whether or not the
 * one before has been answered. A write that was lost with the leader may be left without an answer for long (etcd: 7 s), and writers that
 * wait for theirs would measure that, and not when the store takes writes again.
 */
final class GapLoad implements AutoCloseable {
    static final int WRITERS = 64;
    /** Few enough writes that the members are not starved by the load that is to watch them. */
    private static final long PERIOD_MILLIS = 100;

    private static final int MOST_UNANSWERED = 16_000;
    private static final long POLL_MILLIS = 10;

    private static final Duration STEADY = Duration.ofSeconds(3);
    private static final Duration LIVELY = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Peer peer;
    private final Store store;
    private final byte[] value;
    private final Gaps gaps;
    private final Semaphore room = new Semaphore(MOST_UNANSWERED);
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "gap-load");
        thread.setDaemon(true);
        return thread;
    });

    private GapLoad(Peer peer, byte[] value) {
        this.peer = peer;
        this.store = peer.connect();
        this.value = value;
        this.gaps = new Gaps(peer.partitions(), System.nanoTime());
    }

    /** Kills the leader once under load, and brings it back. */
    static Cell measure(Peer peer, int round, byte[] value) throws IOException, InterruptedException {
        try (var load = new GapLoad(peer, value)) {
            return load.measure(round);
        }
    }

    private Cell measure(int round) throws IOException, InterruptedException {
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            long first = PERIOD_MILLIS * i / WRITERS;
            pace.scheduleAtFixedRate(() -> write(writer), first, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
        gaps.watch(System.nanoTime());
        awaitLively();
        gaps.watch(System.nanoTime());
        peer.killLeader();
        gaps.expectFrom(System.nanoTime());
        awaitLively();
        long worst = gaps.worstNanos().orElseThrow();
        peer.bringBack();
        return new Cell(peer.name(), Cell.GAP, WRITERS, round, worst / 1e6, 0, 0);
    }

    /**
     * Waits until all partitions acknowledge writes, and for a while in any case: an answer of the old leader that comes after its death
     * must not look like one of the new.
     */
    private void awaitLively() throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < STEADY.toNanos()
                || gaps.worstNanos().isEmpty()
                || gaps.silentNanos(System.nanoTime()) > LIVELY.toNanos()) {
            if (System.nanoTime() - start > LONGEST.toNanos()) {
                throw new IOException(
                        peer.name() + " acknowledges no writes in some partition after " + LONGEST.toSeconds() + " s.");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void write(int writer) {
        if (!room.tryAcquire()) {
            return;
        }
        int partition = writer % peer.partitions();
        long sent = System.nanoTime();
        store.put(peer.keyOf(partition, writer), value).whenComplete((done, error) -> {
            room.release();
            // One that failed is no acknowledgement, and the next one is on its way.
            if (error == null) {
                gaps.acknowledged(partition, sent, System.nanoTime());
            }
        });
    }

    @Override
    public void close() {
        pace.shutdownNow();
        // Those without an answer end with the client.
        store.close();
    }
}
