package io.holdfast.server.membership;

/** This node must not join: its settings or its storage contradict those of others. The message says what to do. */
public final class MembershipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MembershipException(String message) {
        super(message);
    }
}
