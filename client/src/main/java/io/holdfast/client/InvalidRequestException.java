package io.holdfast.client;

/** The request cannot be right, whoever it is sent to: found by this client before anything was sent, or told by a node. Nothing of it was applied. */
public final class InvalidRequestException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(Reason reason, String message) {
        super(reason, message);
    }
}
