package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.DriverException;
import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageHealth;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What the outcomes of reads and writes say of a storage. One that answers reads and refuses writes, as where a disk is full or too few copies are there, does
 * not do what it is for: after a write that failed one that succeeds says that it is well, or, as perhaps nobody writes any more, a read when none has failed
 * for a while. Thread-safe.
 */
final class CassandraHealth {
    /** Replicas whose writes fail come back and write again sooner. */
    private static final long REFUSED_NANOS = Duration.ofSeconds(15).toNanos();

    private final HealthCell health;
    private final LongSupplier nanos;
    private boolean refusesWrites;
    private long refusedAt;

    /** @param nanos monotonic */
    CassandraHealth(HealthCell health, LongSupplier nanos) {
        this.health = health;
        this.nanos = nanos;
    }

    /** @param failure null if it succeeded */
    synchronized void read(Throwable failure) {
        if (failure != null) {
            failed(failure);
        } else if (!refusesWrites || nanos.getAsLong() - refusedAt >= REFUSED_NANOS) {
            refusesWrites = false;
            health.report(StorageHealth.State.OK, "");
        }
    }

    /** @param failure null if it succeeded */
    synchronized void written(Throwable failure) {
        if (failure != null) {
            boolean refused = failed(failure);
            refusesWrites |= refused;
            refusedAt = refused ? nanos.getAsLong() : refusedAt;
        } else {
            refusesWrites = false;
            health.report(StorageHealth.State.OK, "");
        }
    }

    /** What is wrong with one persistence id alone says nothing of the storage. */
    private boolean failed(Throwable failure) {
        Throwable cause = CassandraErrors.plain(failure);
        boolean ofStorage = cause instanceof DriverException;
        if (ofStorage) {
            health.report(
                    StorageHealth.State.FAILED,
                    CassandraErrors.describe(health.current().place(), cause));
        }
        return ofStorage;
    }
}
