package io.holdfast.server.partition;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * What a replica takes for its identity that has never written, at a site of one node: that of the site's storage. It changes when the catalog's replica finds that
 * the storage has gone back, because the identity that the catalog admits is what others create keyspaces with. Thread-safe.
 */
public final class StorageIdentity {
    private final AtomicLong identity;
    private final LongConsumer keep;

    /** @param keep makes a new one durable, at its leisure; must not block */
    public StorageIdentity(long identity, LongConsumer keep) {
        this.identity = new AtomicLong(identity);
        this.keep = keep;
    }

    long now() {
        return identity.get();
    }

    void becomes(long another) {
        identity.set(another);
        keep.accept(another);
    }
}
