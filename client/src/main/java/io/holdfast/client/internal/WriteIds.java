package io.holdfast.client.internal;

import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * The sequence numbers of this client's writes, and which of them are finished (DESIGN 3, rule 10). The cluster keeps
 * the outcome of every write from {@link #doneBelow} on, so the distance from there to the newest is bounded. A write
 * that ended without an outcome stays unfinished, so that the outcome can be asked for, until there are too many of them
 * or it alone holds the window back. For the network thread alone.
 */
final class WriteIds {
    /** Numbers from the oldest unfinished one to the newest, at most. */
    static final int WINDOW = 65536;
    /** Writes without an outcome that are kept for a question, at most. */
    static final int UNRESOLVED = 1024;

    private final long client;
    private final boolean[] finished = new boolean[WINDOW];
    private final LinkedHashSet<Long> unresolved = new LinkedHashSet<>();
    private long next = 1;
    private long doneBelow = 1;

    WriteIds(long client) {
        this.client = client;
    }

    long client() {
        return client;
    }

    /** Every number below this one is finished. */
    long doneBelow() {
        return doneBelow;
    }

    /** A new number, or 0 if the window is full of writes that are under way. */
    long take() {
        while (next - doneBelow >= WINDOW) {
            if (!unresolved.contains(doneBelow)) {
                return 0;
            }
            finish(doneBelow);
        }
        return next++;
    }

    /** The application has the outcome, or will never ask for it. */
    void finish(long sequence) {
        if (sequence >= next) {
            throw new IllegalStateException("Write " + sequence + " has not begun, the next is " + next);
        }
        unresolved.remove(sequence);
        if (sequence < doneBelow) {
            return;
        }
        finished[slot(sequence)] = true;
        while (doneBelow < next && finished[slot(doneBelow)]) {
            finished[slot(doneBelow)] = false;
            doneBelow++;
        }
    }

    /** The application has asked for the outcome of a write that was left unresolved, and was told. */
    void resolve(long sequence) {
        if (unresolved.contains(sequence)) {
            finish(sequence);
        }
    }

    /** The application was told that the outcome is not known, and may ask for it. */
    void leaveUnresolved(long sequence) {
        if (sequence < doneBelow || finished[slot(sequence)]) {
            throw new IllegalStateException("Write " + sequence + " is finished already");
        }
        unresolved.add(sequence);
        if (unresolved.size() > UNRESOLVED) {
            Iterator<Long> oldest = unresolved.iterator();
            finish(oldest.next());
        }
    }

    private static int slot(long sequence) {
        return (int) sequence & WINDOW - 1;
    }
}
