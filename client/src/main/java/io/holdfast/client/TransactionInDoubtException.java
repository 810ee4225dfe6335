package io.holdfast.client;

import java.util.Optional;

/**
 * The deadline passed, or the client was closed, while a commit was under way: it took effect as a whole, or it never will.
 * {@link HoldfastClient#outcome} says which, from any site, unless the reason is {@link Reason#OUTCOME_FORGOTTEN}: then nobody knows any more.
 */
public final class TransactionInDoubtException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final transient TransactionId transactionId;

    public TransactionInDoubtException(TransactionId transactionId, HoldfastException cause) {
        super(
                cause.reason(),
                "The commit of transaction " + transactionId
                        + (cause.reason() == Reason.OUTCOME_FORGOTTEN
                                ? " has no outcome that anybody knows any more: read what it would have written. "
                                : " has no outcome yet: ask for it. ")
                        + cause.getMessage(),
                cause.writeId(),
                Optional.of(cause));
        this.transactionId = transactionId;
    }

    /** For the question. */
    public TransactionId transactionId() {
        return transactionId;
    }
}
