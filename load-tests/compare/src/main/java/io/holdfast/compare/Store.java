package io.holdfast.compare;

import java.util.concurrent.CompletableFuture;

/** What the load needs of a store. Asynchronous; safe for use by many threads. */
public interface Store extends AutoCloseable {
    /** Ends when the write is durable at a majority. */
    CompletableFuture<?> put(String key, byte[] value);

    /** Linearizable. Whether there was such a key. */
    CompletableFuture<Boolean> get(String key);

    @Override
    void close();
}
