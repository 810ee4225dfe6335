package io.holdfast.client;

/**
 * This client holds as many requests as {@link ClientOptions} allows, and nothing of this one was sent. Call again
 * when some have finished, or raise the limit.
 */
public final class ClientFullException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public ClientFullException(String message) {
        super(Reason.CLIENT_FULL, message);
    }
}
