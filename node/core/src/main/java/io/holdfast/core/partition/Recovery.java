package io.holdfast.core.partition;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RecoveredLog;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.PartitionStore;
import java.util.ArrayDeque;
import java.util.ArrayList;

/**
 * Rebuilds a replica from its journal: the newest snapshot, then all writes after it, in order. It has no outputs, so replay
 * cannot send (DESIGN 3, rule 5). For one replica's start.
 *
 * <p>What is known to be committed is applied as it is read, and only the end of the log is kept: a journal may hold as much as the partition, and all
 * partitions of a node recover at once, so that keeping it would take twice the memory that the data takes afterwards.
 */
public final class Recovery {
    private final PartitionStore.Limits limits;
    private final long logTailBytes;
    private HardState hardState;
    /** As of the base. */
    private Membership membership;

    private long baseIndex;
    private long baseTerm;
    private PartitionStore store;
    /** Behind the base, and applied. */
    private final ArrayDeque<Entry> applied = new ArrayDeque<>();
    /** Behind those, and not known to be committed. */
    private final ArrayDeque<Entry> open = new ArrayDeque<>();

    private long appliedBytes;
    private long bytes;
    private long snapshotBytes;
    private boolean saveSoon;

    /**
     * @param room of the node
     * @param genesis the voters the partition was created with
     * @param identity of this site's storage, for a replica that has never written anything
     */
    public Recovery(PartitionConfig config, Input.Room room, Membership genesis, long identity) {
        this.limits = config.limits();
        this.logTailBytes = room.logTailBytes(config.raft());
        this.membership = genesis;
        this.hardState = HardState.initial(identity);
        this.store = new PartitionStore(limits);
    }

    public void snapshot(ReplicaSnapshot snapshot) {
        hardState = snapshot.hardState();
        membership = snapshot.image().membership();
        store = new PartitionStore(limits, snapshot.image().store());
        snapshotBytes = store.imageBytes();
        baseIndex = store.appliedIndex();
        baseTerm = snapshot.image().term();
        applied.clear();
        appliedBytes = 0;
        open.clear();
        snapshot.logTail().forEach(this::append);
    }

    public void replay(LogWrite write) {
        write.hardState().ifPresent(changed -> hardState = changed);
        if (write.truncateFrom().isPresent()) {
            truncate(write.truncateFrom().getAsLong());
        }
        write.entries().forEach(this::append);
        while (!open.isEmpty() && open.peekFirst().index() <= write.commitIndex()) {
            apply(open.removeFirst());
        }
    }

    private void truncate(long from) {
        if (from <= store.appliedIndex()) {
            throw new JournalContradiction(
                    "the journal truncates from " + from + ", entry " + store.appliedIndex() + " is committed");
        }
        while (!open.isEmpty() && open.peekLast().index() >= from) {
            open.removeLast();
        }
    }

    private void append(Entry entry) {
        long last = store.appliedIndex() + open.size();
        if (entry.index() != last + 1 || entry.term() < lastTerm()) {
            throw new JournalContradiction("the journal has entry " + entry.index() + " of term " + entry.term()
                    + " after " + last + " of term " + lastTerm()
                    + ": records are missing or come from two writers");
        }
        open.addLast(entry);
        bytes += entry.size();
    }

    private long lastTerm() {
        if (!open.isEmpty()) {
            return open.peekLast().term();
        }
        return applied.isEmpty() ? baseTerm : applied.peekLast().term();
    }

    private void apply(Entry entry) {
        if (entry.kind() == Entry.Kind.COMMANDS) {
            store.apply(entry.index(), entry.timestamp(), CommandBatch.decode(entry.payload()));
        } else {
            store.applyNothing(entry.index());
        }
        applied.addLast(entry);
        appliedBytes += entry.size();
        while (appliedBytes > logTailBytes) {
            forget(applied.removeFirst());
        }
    }

    private void forget(Entry entry) {
        appliedBytes -= entry.size();
        baseIndex = entry.index();
        baseTerm = entry.term();
        if (entry.kind() == Entry.Kind.ADMIT) {
            membership = membership.admit(entry.payload());
        }
    }

    RecoveredLog log() {
        var entries = new ArrayList<Entry>(applied);
        entries.addAll(open);
        return new RecoveredLog(hardState, membership, baseIndex, baseTerm, entries, store.appliedIndex());
    }

    /** Holds what is known to be committed, which may be more than what is before the log. The caller's from now on. */
    PartitionStore store() {
        return store;
    }

    /** Its replica has taken over what there is. Whoever keeps this keeps nothing else. */
    void taken() {
        store = new PartitionStore(limits);
        applied.clear();
        open.clear();
    }

    /** A snapshot should be saved as soon as one may be, as if the journal had outgrown the partition. */
    public void saveSoon() {
        saveSoon = true;
    }

    /** What the snapshot holds, roughly; 0 if there is none. */
    long snapshotBytes() {
        return snapshotBytes;
    }

    /** The journal's bytes since the snapshot. */
    long bytes() {
        return saveSoon ? Long.MAX_VALUE / 2 : bytes;
    }
}
