package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides what the journal must write next, and knows what is durable.
 *
 * <p>At most one write is on its way: what comes up meanwhile goes into the next one together (group commit). Messages that
 * depend on the hard state are held here until it is durable, so that no driver can send them too early; if the term
 * changes before that they are dropped, because a promise of an old term must not be given any more.
 */
final class WriteAhead {
    static final int MOST_HELD = 1_024;

    private final Log log;
    private final long maxWriteBytes;
    private final ArrayDeque<Held> held = new ArrayDeque<>();

    private HardState hardState;
    private HardState writtenHardState;
    private HardState durableHardState;

    private long lastNumber;
    private boolean inFlight;
    private long inFlightSinceNanos;
    /** The last entry of the current log that was given to a write, and the last one that is durable. */
    private long writtenIndex;

    private long durableIndex;
    private long inFlightIndex;
    private OptionalLong truncateFrom = OptionalLong.empty();
    /** That this entry is committed must be written by itself, if nothing else comes to be written; 0 for none. */
    private long commitToRecord;

    private record Held(HardState needs, Outgoing message) {}

    WriteAhead(HardState recovered, Log log, long maxWriteBytes) {
        this.hardState = recovered;
        this.writtenHardState = recovered;
        this.durableHardState = recovered;
        this.log = log;
        this.maxWriteBytes = maxWriteBytes;
        this.writtenIndex = log.lastIndex();
        this.durableIndex = log.lastIndex();
        this.inFlightIndex = durableIndex;
    }

    HardState hardState() {
        return hardState;
    }

    void setHardState(HardState next) {
        check(next.term() >= hardState.term(), "term went back from %s to %s", hardState, next);
        check(
                next.term() > hardState.term()
                        || hardState.vote().isEmpty()
                        || hardState.vote().equals(next.vote()),
                "second vote in a term: %s after %s",
                next,
                hardState);
        if (next.term() != hardState.term() || next.identity() != hardState.identity()) {
            held.clear();
        }
        hardState = next;
    }

    boolean hardStateDurable() {
        return durableHardState.equals(hardState);
    }

    long durableIndex() {
        return durableIndex;
    }

    boolean inFlight() {
        return inFlight;
    }

    /** Sends at once if the present hard state is durable, else as soon as it is. */
    void sendWhenDurable(Outgoing message, Outputs out) {
        if (hardStateDurable()) {
            out.send(message);
        } else {
            // A disk that stands still must not fill the memory. The oldest may go: any message may be lost on its way.
            if (held.size() == MOST_HELD) {
                held.removeFirst();
            }
            held.addLast(new Held(hardState, message));
        }
    }

    void truncatedFrom(long index) {
        durableIndex = Math.min(durableIndex, index - 1);
        inFlightIndex = Math.min(inFlightIndex, index - 1);
        if (index <= writtenIndex) {
            writtenIndex = index - 1;
            truncateFrom = OptionalLong.of(Math.min(index, truncateFrom.orElse(Long.MAX_VALUE)));
        }
    }

    /** An image that holds the log up to the index has been saved durably, together with the log's suffix. */
    void installed() {
        writtenIndex = log.lastIndex();
        durableIndex = log.lastIndex();
        inFlightIndex = log.lastIndex();
        truncateFrom = OptionalLong.empty();
        commitToRecord = 0; // The image stands behind it.
    }

    /** An idle replica would else forget in a restart that the entry is committed. */
    void recordCommitOf(long index) {
        commitToRecord = index;
    }

    HardState writtenHardState() {
        return writtenHardState;
    }

    long writtenIndex() {
        return writtenIndex;
    }

    /** For how long the write has been on its way that is. */
    long inFlightNanos(long nowNanos) {
        return nowNanos - inFlightSinceNanos;
    }

    /** Whether the next write can take an entry of so many bytes together with what waits for it already. One that is alone it always can. */
    boolean mayTakeBesides(long entryBytes) {
        long waiting = 0;
        for (long index = writtenIndex + 1; index <= log.lastIndex(); index++) {
            waiting += log.entry(index).size();
        }
        return waiting == 0 || waiting + entryBytes <= maxWriteBytes;
    }

    /** Whether the writes given so far leave a log that is this one up to the index, and holds nothing void behind it. */
    boolean covers(long index) {
        return truncateFrom.isEmpty() && writtenIndex >= index;
    }

    /** The next write, if there is something to write and none is on its way. */
    Optional<LogWrite> next(long commitIndex, long nowNanos) {
        boolean hardStateChanged = !writtenHardState.equals(hardState);
        boolean entriesWait = log.lastIndex() > writtenIndex;
        boolean commitWaits = commitToRecord > 0;
        if (inFlight || !(hardStateChanged || entriesWait || truncateFrom.isPresent() || commitWaits)) {
            return Optional.empty();
        }
        List<Entry> entries = entriesWait ? log.slice(writtenIndex + 1, maxWriteBytes) : List.of();
        var write = new LogWrite(
                ++lastNumber,
                hardStateChanged ? Optional.of(hardState) : Optional.empty(),
                truncateFrom,
                entries,
                commitIndex);
        inFlight = true;
        inFlightSinceNanos = nowNanos;
        writtenHardState = hardState;
        writtenIndex += entries.size();
        inFlightIndex = writtenIndex;
        truncateFrom = OptionalLong.empty();
        commitToRecord = writtenIndex >= commitToRecord ? 0 : commitToRecord;
        return Optional.of(write);
    }

    /** The write with this number is durable; messages that waited for it go out. */
    void durable(long number, Outputs out) {
        check(
                inFlight && number == lastNumber,
                "durable up to %d reported, write %d is on its way",
                number,
                lastNumber);
        inFlight = false;
        durableIndex = inFlightIndex;
        durableHardState = writtenHardState;
        held.removeIf(waiting -> {
            boolean ready = waiting.needs().equals(durableHardState) || covers(durableHardState, waiting.needs());
            if (ready) {
                out.send(waiting.message());
            }
            return ready;
        });
    }

    /** Within one term and identity the hard state only gains a vote, so a later one covers an earlier one. */
    private static boolean covers(HardState durable, HardState needed) {
        return durable.term() == needed.term()
                && durable.identity() == needed.identity()
                && (needed.vote().isEmpty() || needed.vote().equals(durable.vote()));
    }
}
