package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageHealth;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * How a snapshot directory is doing. What failed is tried again now and then, as the journal does with its files: an idle node saves nothing for
 * days, and mending the disk is all that an operator should have to do. Thread-safe.
 */
final class SnapshotHealth implements AutoCloseable {
    private final HealthCell cell;
    private final ScheduledThreadPoolExecutor timer;
    /** Throws for as long as what failed would fail again; empty when all is well. */
    private Optional<Runnable> probe = Optional.empty();

    private boolean closed;

    SnapshotHealth(HealthCell cell, Duration interval) {
        this.cell = cell;
        this.timer = new ScheduledThreadPoolExecutor(
                1, work -> daemon(work, "holdfast-snapshots-" + cell.current().place()));
        timer.scheduleWithFixedDelay(this::tryAgain, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    HealthCell cell() {
        return cell;
    }

    synchronized void succeeded() {
        report(StorageHealth.State.OK, "", Optional.empty());
    }

    /** @param again throws for as long as the same would fail again */
    synchronized void failed(RuntimeException why, Runnable again) {
        report(StorageHealth.State.FAILED, String.valueOf(why.getMessage()), Optional.of(again));
    }

    private void report(StorageHealth.State state, String message, Optional<Runnable> next) {
        if (!closed) {
            probe = next;
            cell.report(state, message);
        }
    }

    private void tryAgain() {
        current().ifPresent(again -> {
            try {
                again.run();
                settle(again, this::succeeded);
            } catch (RuntimeException e) {
                settle(again, () -> failed(e, again));
            }
        });
    }

    private synchronized Optional<Runnable> current() {
        return probe;
    }

    /** Not if a save has succeeded, or failed, in the meantime: that counts for more. */
    private synchronized void settle(Runnable tried, Runnable report) {
        if (probe.filter(now -> now == tried).isPresent()) {
            report.run();
        }
    }

    @Override
    public synchronized void close() {
        report(StorageHealth.State.CLOSED, "", Optional.empty());
        closed = true;
        timer.shutdown();
    }
}
