package io.holdfast.client;

/**
 * What a transaction does. It may be run several times, so it should change nothing outside the transaction.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface TransactionBody<T> {
    /** Reads and writes through the transaction; an exception ends it without any effect. */
    T run(Transaction transaction);
}
