package io.holdfast.core.check;

import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.LogPeek;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.WriteId;

/**
 * What one storage of one replica holds durably, computed from the records alone and apart from the production replay: the
 * measure of every claim that something is durable.
 */
public final class JournalShadow {
    private HardState hardState;
    private long mayBecome;
    private final LogShadow log = new LogShadow();

    public JournalShadow(long identity) {
        this.hardState = HardState.initial(identity);
    }

    /** What it holds now; the original goes on alone. */
    public JournalShadow copy() {
        var copy = new JournalShadow(identity());
        copy.hardState = hardState;
        copy.log.copyOf(log);
        return copy;
    }

    /** Its replica has said that it is another one from now on. */
    public void mayBecome(long identity) {
        mayBecome = identity;
    }

    long identity() {
        return hardState.identity();
    }

    public HardState hardState() {
        return hardState;
    }

    /** Whether it holds all that the other one does, which has the same or an older end. */
    boolean holdsAllOf(JournalShadow other) {
        return holds(other.log.lastIndex(), other.log.lastTerm());
    }

    public long lastIndex() {
        return log.lastIndex();
    }

    /** A record is durable. */
    public void wrote(LogWrite write) {
        if (write.hardState().isPresent()) {
            hardStateTo(write.hardState().get());
        }
        if (write.truncateFrom().isPresent()) {
            log.truncateFrom(write.truncateFrom().getAsLong());
        }
        for (Entry entry : write.entries()) {
            log.append(entry);
        }
    }

    private void hardStateTo(HardState next) {
        boolean voteChanged = next.term() == hardState.term()
                && hardState.vote().isPresent()
                && !hardState.vote().equals(next.vote());
        boolean stranger = next.identity() != hardState.identity() && next.identity() != mayBecome;
        if (next.term() < hardState.term() || voteChanged || stranger) {
            throw CheckFailed.of("durable hard state went from %s to %s", hardState, next);
        }
        hardState = next;
    }

    /** A snapshot is durable that stands for all records but these. */
    public void saved(ReplicaSnapshot snapshot, Iterable<LogWrite> onTop) {
        HardState before = hardState;
        hardState = snapshot.hardState();
        log.restart(snapshot.image().index(), snapshot.image().term());
        log.appendAll(snapshot.logTail());
        onTop.forEach(this::wrote);
        if (!hardState.equals(before)) {
            throw CheckFailed.of("durable hard state went from %s to %s by a snapshot", before, hardState);
        }
    }

    /** Whether one of its entries behind this index holds the command. */
    boolean holds(WriteId command, long behind) {
        for (long index = log.lastIndex(); index > Math.max(behind, log.baseIndex()); index--) {
            Entry entry = log.entry(index);
            boolean found = entry.kind() == Entry.Kind.COMMANDS
                    && CommandBatch.decode(entry.payload()).stream()
                            .anyMatch(it -> it.id().equals(command));
            if (found) {
                return true;
            }
        }
        return false;
    }

    boolean holds(long index, long term) {
        return index <= log.baseIndex() || (log.knows(index) && log.termAt(index) == term);
    }

    /** The production replay must come to the same log and hard state. */
    public void recovered(RaftNode node) {
        if (!node.hardState().equals(hardState)) {
            throw CheckFailed.of("replay gave hard state %s, durable is %s", node.hardState(), hardState);
        }
        if (node.lastIndex() != log.lastIndex()) {
            throw CheckFailed.of("replay gave a log up to %d, durable is %d", node.lastIndex(), log.lastIndex());
        }
        for (long index = LogPeek.baseIndex(node); index <= log.lastIndex(); index++) {
            if (LogPeek.termAt(node, index) != log.termAt(index)) {
                throw CheckFailed.of(
                        "replay gave term %d at %d, durable is term %d",
                        LogPeek.termAt(node, index), index, log.termAt(index));
            }
        }
    }
}
