package io.holdfast.core.store;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Bytes;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The versions of a partition's keys, and what of them is to be forgotten when. Forgetting follows the entries' timestamps alone, so
 * that all replicas forget alike.
 */
final class History {
    private static final Comparator<Garbage> ORDER =
            Comparator.comparingLong(it -> it.newer().timestamp());

    private final ArrayDeque<Garbage> garbage = new ArrayDeque<>();
    /** What was written with a timestamp below one that was written before: by transactions that were prepared for a while. */
    private final PriorityQueue<Garbage> lateGarbage =
            new PriorityQueue<>(ORDER.thenComparing(Garbage::key, Comparator.naturalOrder()));

    private Versions versions;
    private long horizon;
    /** The horizon, for images that another thread encodes while versions below it are cut off. */
    private final AtomicLong collectedUpTo = new AtomicLong();

    /**
     * What readers stop seeing when the horizon reaches the version: what is older than it, and it itself if it is a deletion.
     */
    private record Garbage(Bytes key, Version newer) {}

    History(Versions versions, long horizon) {
        this.versions = versions;
        this.horizon = horizon;
        this.collectedUpTo.set(horizon);
        restoreGarbage();
    }

    Versions versions() {
        return versions;
    }

    /** Below this timestamp versions may be gone. */
    long horizon() {
        return horizon;
    }

    /** The horizon as it is when an image has been encoded. */
    long collectedUpTo() {
        return collectedUpTo.get();
    }

    /** @param before the key's newest version, which the caller has looked up already */
    void write(Bytes key, Optional<Version> before, long timestamp, Optional<Bytes> value) {
        check(
                before.isEmpty() || before.get().timestamp() < timestamp,
                "key %s is written at %d, not after its version",
                key,
                timestamp);
        Version version = Version.of(timestamp, value, before);
        versions = versions.write(key, version, before);
        if (before.isPresent() || version.deleted()) {
            var superseded = new Garbage(key, version);
            if (garbage.isEmpty() || garbage.peekLast().newer().timestamp() <= timestamp) {
                garbage.addLast(superseded);
            } else {
                lateGarbage.add(superseded);
            }
        }
    }

    /**
     * Forgets what nobody may read any more. What is forgotten follows the floor and not the horizon, which is further on in a replica that
     * was restored from an image that took long to encode: transactions look at deletions, and must find the same ones at all replicas.
     *
     * @param floor a function of the log
     */
    void collect(long floor) {
        horizon = Math.max(horizon, floor);
        // Published before anything is cut off, so that an image that misses something never claims to hold it.
        collectedUpTo.set(horizon);
        // The cuts are plain writes, which a processor with a weak memory order might let others see before the one
        // above.
        VarHandle.storeStoreFence();
        for (Garbage oldest = oldest(); oldest != null && oldest.newer().timestamp() <= floor; oldest = oldest()) {
            remove(oldest);
            versions = versions.freed(oldest.newer().cut());
            if (oldest.newer().deleted()) {
                versions = versions.forgetDeletion(oldest.key(), oldest.newer());
            }
        }
    }

    /** The floor from which on {@link #collect} finds something, {@link Long#MAX_VALUE} if there is nothing to forget. */
    long nextGarbage() {
        Garbage oldest = oldest();
        return oldest == null ? Long.MAX_VALUE : oldest.newer().timestamp();
    }

    /** Null if there is none. */
    private Garbage oldest() {
        Garbage late = lateGarbage.peek();
        Garbage usual = garbage.peekFirst();
        return late == null || usual != null && ORDER.compare(usual, late) <= 0 ? usual : late;
    }

    private void remove(Garbage oldest) {
        if (oldest == garbage.peekFirst()) {
            garbage.removeFirst();
        } else {
            lateGarbage.remove();
        }
    }

    private void restoreGarbage() {
        var all = new ArrayList<Garbage>();
        versions.newest().forEach((key, newest) -> {
            List<Version> chain = newest.chain();
            for (int i = 0; i < chain.size(); i++) {
                boolean hasOlder = i + 1 < chain.size();
                if (hasOlder || chain.get(i).deleted()) {
                    all.add(new Garbage(key, chain.get(i)));
                }
            }
        });
        all.sort(ORDER);
        garbage.addAll(all);
    }
}
