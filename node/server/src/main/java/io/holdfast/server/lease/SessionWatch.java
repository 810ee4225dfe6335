package io.holdfast.server.lease;

import io.holdfast.persistence.cells.SharedCells.Cell;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What one node has seen of the sessions of its site, from look to look. Not thread-safe. */
final class SessionWatch {
    private final double driftBound;
    private final LongSupplier nanos;
    /** By node, so bounded by the nodes that the site ever had. */
    private final Map<String, Silence> silences = new HashMap<>();

    /** What a look at a session says. */
    enum Sight {
        LIVES,
        /** Nobody counts on it any more, if its cell does not change before it is ended. */
        SILENT,
        OVER
    }

    SessionWatch(double driftBound, LongSupplier nanos) {
        this.driftBound = driftBound;
        this.nanos = nanos;
    }

    /** @param found the cell of the holder's node, read just now */
    Sight look(Holder holder, Optional<Cell> found) {
        // A node begins a session only when its last one was over.
        boolean another = found.isEmpty()
                || !SessionRecord.decode(found.get().value()).session().equals(holder.session());
        return another ? Sight.OVER : look(holder.node(), found.get());
    }

    Sight look(String node, Cell found) {
        SessionRecord record = SessionRecord.decode(found.value());
        long now = nanos.getAsLong();
        Silence known = silences.getOrDefault(node, new Silence(record.session(), found.version(), now));
        Silence silence = known.observed(record.session(), found.version(), now);
        silences.put(node, silence);
        if (!record.live()) {
            return Sight.OVER;
        }
        return silence.isLongEnough(record.lastingNanos(), driftBound, now) ? Sight.SILENT : Sight.LIVES;
    }
}
