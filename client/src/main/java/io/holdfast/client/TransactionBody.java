package io.holdfast.client;

/**
 * What a transaction does. It may be run several times, so it should change nothing outside the transaction.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface TransactionBody<T> {
    /**
     * Reads and writes through the transaction; an exception ends it without any effect.
     *
     * @throws Exception a {@link RuntimeException} is passed on as it is, a checked one as the cause of a {@link
     *     java.util.concurrent.CompletionException}
     */
    T run(Transaction transaction) throws Exception;
}
