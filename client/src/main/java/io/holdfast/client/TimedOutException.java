package io.holdfast.client;

import java.util.Optional;

/**
 * The deadline passed before there was an outcome. For a write that was sent, {@link #writeId()} is present and {@link
 * Keyspace#outcome} tells later what became of it; without it nothing was sent or it was a read.
 */
public final class TimedOutException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public TimedOutException(String message, Optional<WriteId> writeId, Optional<? extends Throwable> cause) {
        super(Reason.TIMED_OUT, message, writeId, cause);
    }
}
