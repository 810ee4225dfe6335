package io.holdfast.core.sim;

import java.util.EnumMap;
import java.util.Map;

/** How often runs came to what they are there for: where nothing of it happens nothing of it is checked, and all seems well. */
final class SimTally {
    private final Map<Event, Long> counts = new EnumMap<>(Event.class);

    /** Each with how many of 100 runs come to it at least: a third of what they did when this was written. */
    enum Event {
        LISTS_COMMITTED(900),
        TRANSFER_COMMITTED(400),
        SHARED_COMMITTED(200),
        DELETION_COMMITTED(80),
        STRICT_READ(400),
        SNAPSHOT_READ(280),
        AUDIT(130),
        READ_LOCKED(80),
        WRITE_LOCKED(80),
        STALE_READ_BY_FOLLOWER(220),
        /** Before it is committed. */
        ANSWERED_WITH_ONE(150),
        ANSWERED_WITH_ALL(260),
        SNAPSHOT_SAVED(800),
        IMAGE_INSTALLED(20),
        ADMISSION(60),
        ROLL_BACK_FOUND(5);

        private final int inHundred;

        Event(int inHundred) {
            this.inHundred = inHundred;
        }

        long leastOf(int runs) {
            return (long) inHundred * runs / 100;
        }
    }

    void count(Event event) {
        counts.merge(event, 1L, Long::sum);
    }

    void add(SimTally other) {
        other.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
    }

    long of(Event event) {
        return counts.getOrDefault(event, 0L);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
