package io.holdfast.client;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * An operation that failed. {@link #reason()} says why and {@link Reason#retry()} what may be done about it. The client
 * has already retried whatever may be retried, until the operation's deadline.
 *
 * <p>If {@link #writeId()} is present, a write may or may not have been applied; {@link Keyspace#outcome} finds out.
 * If it is absent, nothing was applied; of what {@link Admin} changes, the message says if it may have been done.
 */
public class HoldfastException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient WriteId writeId;
    private final boolean perhapsDone;

    public HoldfastException(Reason reason, String message) {
        this(reason, message, Optional.empty(), Optional.empty());
    }

    public HoldfastException(
            Reason reason, String message, Optional<WriteId> writeId, Optional<? extends Throwable> cause) {
        this(reason, message, writeId, cause, false);
    }

    HoldfastException(
            Reason reason,
            String message,
            Optional<WriteId> writeId,
            Optional<? extends Throwable> cause,
            boolean perhapsDone) {
        super(message, cause.orElse(null));
        this.reason = Objects.requireNonNull(reason, "reason");
        this.writeId = writeId.orElse(null);
        this.perhapsDone = perhapsDone;
    }

    /** For what is no write, has no id, and may have been done all the same. */
    public static HoldfastException perhapsDone(Reason reason, String message, Optional<? extends Throwable> cause) {
        return reason == Reason.TIMED_OUT
                ? new TimedOutException(message, cause)
                : new HoldfastException(reason, message, Optional.empty(), cause, true);
    }

    /**
     * What a stage failed with: the exception of Holdfast that {@link java.util.concurrent.CompletionStage} wraps. Anything
     * else becomes one with {@link Reason#INTERNAL}.
     */
    public static HoldfastException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof HoldfastException holdfast
                ? holdfast
                : new HoldfastException(Reason.INTERNAL, "Unexpected: " + cause, Optional.empty(), Optional.of(cause));
    }

    /** What a stage failed with, without the wrapping of {@link java.util.concurrent.CompletionStage}. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Why it failed. */
    public final Reason reason() {
        return reason;
    }

    /** The write whose outcome is not known, if there is one. */
    public final Optional<WriteId> writeId() {
        return Optional.ofNullable(writeId);
    }

    /**
     * Whether the application may call the same operation again without asking anything first: nothing has been
     * applied, and it may work another time. False for a write with an unknown outcome, and for a keyspace's creation or a
     * leader's transfer that may have been done.
     */
    public final boolean retryable() {
        return switch (reason.retry()) {
            case NEVER -> false;
            case SAME_ID, AS_NEW, ASK_OUTCOME -> writeId == null && !perhapsDone && reason != Reason.CLIENT_CLOSED;
        };
    }
}
