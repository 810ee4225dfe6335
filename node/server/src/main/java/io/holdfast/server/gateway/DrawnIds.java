package io.holdfast.server.gateway;

import io.holdfast.core.store.WriteId;
import java.util.TreeSet;

/**
 * Write ids for callers that bring none. The node is then the client towards the partitions, so it also says when it is done
 * with an id: otherwise they would keep each outcome for the whole retention.
 */
final class DrawnIds {
    private final long client;
    private final TreeSet<Long> open = new TreeSet<>();
    private long last;

    /** @param doneBelow lowest id that is still open */
    record Drawn(WriteId id, long doneBelow) {}

    DrawnIds(long client) {
        this.client = client;
    }

    /** Drawing and opening are one step: in between, another thread could declare the new id as done. */
    synchronized Drawn draw() {
        last++;
        open.add(last);
        return new Drawn(new WriteId(client, last), open.first());
    }

    synchronized void done(WriteId id) {
        open.remove(id.sequence());
    }

    synchronized int open() {
        return open.size();
    }
}
