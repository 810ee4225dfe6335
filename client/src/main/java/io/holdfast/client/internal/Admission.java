package io.holdfast.client.internal;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which operations may be in flight: so many at a time, in the order in which they come. Those that need a number wait for it in a
 * line of their own, because one write that stays under way, say with concern ALL while a site is away, can hold all later numbers
 * back; who needs none must not wait with them. For the network thread alone.
 */
final class Admission {
    private final WriteIds ids;
    private final int most;
    private final Set<Op<?>> forNumber = new LinkedHashSet<>();
    private final Set<Op<?>> forRoom = new LinkedHashSet<>();
    private int inFlight;

    Admission(WriteIds ids, int most) {
        this.ids = ids;
        this.most = most;
    }

    /** Lets it in, or keeps it waiting here and returns false. */
    boolean enter(Op<?> op) {
        if (forRoom.isEmpty() && inFlight < most) {
            return number(op);
        }
        forRoom.add(op);
        return false;
    }

    /** There is room for it. Lets it in, if it has the number that it needs; else it waits for that, behind those that do already. */
    private boolean number(Op<?> op) {
        if (op instanceof Op.Numbered<?> write) {
            boolean first = forNumber.isEmpty() || forNumber.iterator().next() == write;
            write.sequence = first ? ids.take() : 0;
            if (write.sequence == 0) {
                forNumber.add(write);
                return false;
            }
            forNumber.remove(write);
        }
        inFlight++;
        op.inFlight = true;
        return true;
    }

    /** Lets one of those in that wait; empty if none of them may yet. */
    Optional<Op<?>> next() {
        if (inFlight < most && !forNumber.isEmpty()) {
            Op<?> first = forNumber.iterator().next();
            if (number(first)) {
                return Optional.of(first);
            }
        }
        while (inFlight < most && !forRoom.isEmpty()) {
            Op<?> first = forRoom.iterator().next();
            forRoom.remove(first);
            if (number(first)) {
                return Optional.of(first);
            }
        }
        return Optional.empty();
    }

    /** It has ended, in flight or while it waited. */
    void leave(Op<?> op) {
        if (op.inFlight) {
            inFlight--;
        } else {
            forNumber.remove(op);
            forRoom.remove(op);
        }
    }
}
