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
            return fits(more, limitBytes);
        }

        /** The same; and who takes nothing yet may begin while others have all of it, but not twice as much. */
        boolean mayTakeOrBegin(long more) {
            return fits(more, bytes == 0 ? 2 * limitBytes : limitBytes);
        }

        private boolean fits(long more, long limit) {
            long before = used.get();
            return before == 0 || before + more <= limit;
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
