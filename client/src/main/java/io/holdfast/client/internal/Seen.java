package io.holdfast.client.internal;

import io.holdfast.v1.Response;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The greatest timestamp that this client knows of: versions that it has read or written, deletions where the answer dates them,
 * snapshots that it has taken. Its snapshots are never older. Thread-safe.
 */
final class Seen {
    private final AtomicLong greatest = new AtomicLong();

    long greatest() {
        return greatest.get();
    }

    void take(long timestamp) {
        if (timestamp > greatest.get()) {
            greatest.accumulateAndGet(timestamp, Math::max);
        }
    }

    void take(Response response) {
        switch (response.getResultCase()) {
            // What is absent has no version, but a dated answer says since when.
            case GET ->
                take(Math.max(response.getGet().getVersion(), response.getGet().getValidFrom()));
            case WRITE -> take(response.getWrite().getVersion());
            case COMMIT -> take(response.getCommit().getTimestamp());
            case OUTCOME -> take(response.getOutcome().getResult().getVersion());
            case PAGE -> {
                take(response.getPage().getValidFrom());
                response.getPage().getEntriesList().forEach(entry -> take(entry.getVersion()));
            }
            // Else a key that one snapshot no longer holds could be there again in the next one, from a node with a
            // slower clock.
            case TIMESTAMP -> take(response.getTimestamp().getTimestamp());
            case VALIDATE, ERROR, RESULT_NOT_SET -> {}
        }
    }
}
