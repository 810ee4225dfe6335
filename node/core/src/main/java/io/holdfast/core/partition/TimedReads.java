package io.holdfast.core.partition;

import io.holdfast.core.partition.PartitionInput.Ask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Reads for timestamps that the leader has not reached: they wait until an entry with a later one is applied, because only the log
 * closes time. What a leader promised without an entry would not bind the next leader.
 */
final class TimedReads {
    private final int most;
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::at));
    private long latest;

    private record Waiting(long at, Ask ask) {}

    /** @param most may wait at a time */
    TimedReads(int most) {
        this.most = most;
    }

    /** False: there are too many. */
    boolean offer(Ask ask, long at) {
        if (waiting.size() >= most) {
            return false;
        }
        waiting.add(new Waiting(at, ask));
        latest = Math.max(latest, at);
        return true;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The timestamp that the last one waits for. */
    long latest() {
        return latest;
    }

    /** Those that may be answered now. */
    List<Ask> reached(long lastTimestamp) {
        if (waiting.isEmpty() || waiting.peek().at() > lastTimestamp) {
            return List.of();
        }
        var reached = new ArrayList<Ask>();
        while (!waiting.isEmpty() && waiting.peek().at() <= lastTimestamp) {
            reached.add(waiting.remove().ask());
        }
        return reached;
    }

    List<Ask> removeAll() {
        List<Ask> all = waiting.stream().map(Waiting::ask).toList();
        waiting.clear();
        latest = 0;
        return all;
    }
}
