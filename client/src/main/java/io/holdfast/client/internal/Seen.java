package io.holdfast.client.internal;

import io.holdfast.v1.KeyValue;
import io.holdfast.v1.Response;
import java.util.concurrent.atomic.AtomicLong;

/** The greatest timestamp that this client has read or written: its snapshots are never older. Thread-safe. */
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
            case GET -> take(response.getGet().getVersion());
            case WRITE -> take(response.getWrite().getVersion());
            case COMMIT -> take(response.getCommit().getTimestamp());
            case OUTCOME -> take(response.getOutcome().getResult().getVersion());
            case PAGE ->
                response.getPage().getEntriesList().stream()
                        .mapToLong(KeyValue::getVersion)
                        .forEach(this::take);
            case VALIDATE, TIMESTAMP, ERROR, RESULT_NOT_SET -> {}
        }
    }
}
