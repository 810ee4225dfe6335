package io.holdfast.server.partition;

import java.util.concurrent.atomic.AtomicLong;

/** So many bytes of this node's heap for one purpose, shared by all replicas: who wants more asks first. Thread-safe. */
final class ByteBudget {
    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();

    ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    Share share() {
        return new Share();
    }

    /** What one replica takes; at most one thread at a time may use it. */
    final class Share {
        private long bytes;

        /** Whether there is room for so much more. There always is while nobody takes anything, or what is larger than all of it would never go. */
        boolean mayTake(long more) {
            long before = used.get();
            return before == 0 || before + more <= limitBytes;
        }

        /** Says what is taken now. Cheap where nothing has changed. */
        void set(long nowBytes) {
            if (nowBytes != bytes) {
                used.addAndGet(nowBytes - bytes);
                bytes = nowBytes;
            }
        }
    }
}
