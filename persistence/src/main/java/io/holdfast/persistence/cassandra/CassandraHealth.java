package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.DriverException;
import io.holdfast.persistence.HealthCell;
import io.holdfast.persistence.StorageHealth;

/**
 * What the outcomes of reads and writes say of a storage. One that answers reads and refuses writes, as where a disk is full or too few copies are there, does
 * not do what it is for: after a write that failed only one that succeeds says that it is well. Thread-safe.
 */
final class CassandraHealth {
    private final HealthCell health;
    private boolean refusesWrites;

    CassandraHealth(HealthCell health) {
        this.health = health;
    }

    /** @param failure null if it succeeded */
    synchronized void read(Throwable failure) {
        if (failure != null) {
            failed(failure);
        } else if (!refusesWrites) {
            health.report(StorageHealth.State.OK, "");
        }
    }

    /** @param failure null if it succeeded */
    synchronized void written(Throwable failure) {
        if (failure != null) {
            refusesWrites |= failed(failure);
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
