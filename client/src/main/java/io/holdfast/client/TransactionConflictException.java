package io.holdfast.client;

/**
 * A transaction met another one: what it had read was changed, or a key of it was held. Nothing of it is or will be applied; run it
 * again, as {@link Keyspace#transact} does by itself. A body of {@code transact} that catches it must throw it on.
 */
public final class TransactionConflictException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public TransactionConflictException(String message) {
        super(Reason.CONFLICT, message);
    }
}
