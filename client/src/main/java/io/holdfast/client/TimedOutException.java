package io.holdfast.client;

import java.util.Optional;

/**
 * The deadline passed before there was an outcome. For a write that was sent, {@link #writeId()} is present and {@link
 * Keyspace#outcome} tells later what became of it. Without it nothing was sent, or it was a read, or the message says that the write never will
 * be applied; of what {@link Admin} changes, the message says if it may have been done.
 */
public final class TimedOutException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public TimedOutException(String message, Optional<WriteId> writeId, Optional<? extends Throwable> cause) {
        super(Reason.TIMED_OUT, message, writeId, cause);
    }

    /** Of what is no write, and may have been done all the same. */
    TimedOutException(String message, Optional<? extends Throwable> cause) {
        super(Reason.TIMED_OUT, message, Optional.empty(), cause, true);
    }
}
