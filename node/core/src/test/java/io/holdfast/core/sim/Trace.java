package io.holdfast.core.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * The timeline of a run: always as a running hash, by which two runs are compared, and on request as lines to read. Texts are
 * only made when somebody reads them, because making them would take most of the time of a run.
 */
final class Trace {
    private final EventQueue queue;
    private final boolean readable;
    private final List<String> lines = new ArrayList<>();
    private long hash = 17;

    Trace(EventQueue queue, boolean readable) {
        this.queue = queue;
        this.readable = readable;
    }

    boolean readable() {
        return readable;
    }

    /** Something happened: the numbers say what, for the hash. */
    void count(int what, long a, long b) {
        hash = ((hash * 31 + queue.now()) * 31 + what) * 31 + a * 7 + b;
        hash ^= hash >>> 29;
    }

    /** For callers that asked {@link #readable()} first. */
    void line(String who, String what) {
        lines.add(String.format("%,14d us  %-10s %s", queue.now() / 1000, who, what));
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return lines;
    }
}
