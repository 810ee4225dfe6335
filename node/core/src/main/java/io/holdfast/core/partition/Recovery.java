package io.holdfast.core.partition;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RecoveredLog;
import io.holdfast.core.store.StoreImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Rebuilds a replica from its journal: the newest snapshot, then all writes after it, in order. It has no outputs, so replay
 * cannot send (DESIGN 3, rule 5).
 */
public final class Recovery {
    private HardState hardState;
    private Membership membership;
    private StoreImage store = StoreImage.empty();
    private long baseTerm;
    private long commitIndex;
    private final List<Entry> entries = new ArrayList<>();
    private long bytes;
    private boolean saveSoon;

    /**
     * @param genesis the voters the partition was created with
     * @param identity of this site's storage, for a replica that has never written anything
     */
    public Recovery(Membership genesis, long identity) {
        this.membership = genesis;
        this.hardState = HardState.initial(identity);
    }

    public void snapshot(ReplicaSnapshot snapshot) {
        hardState = snapshot.hardState();
        membership = snapshot.image().membership();
        store = snapshot.image().store();
        baseTerm = snapshot.image().term();
        commitIndex = store.index();
        entries.clear();
        snapshot.logTail().forEach(this::append);
    }

    public void replay(LogWrite write) {
        write.hardState().ifPresent(changed -> hardState = changed);
        if (write.truncateFrom().isPresent()) {
            long from = write.truncateFrom().getAsLong();
            check(from > commitIndex, "the journal truncates from %d, entry %d is committed", from, commitIndex);
            entries.removeIf(entry -> entry.index() >= from);
        }
        write.entries().forEach(this::append);
        commitIndex = Math.max(commitIndex, Math.min(write.commitIndex(), lastIndex()));
    }

    private void append(Entry entry) {
        check(
                entry.index() == lastIndex() + 1,
                "the journal has entry %d after %d: records are missing or come from two writers",
                entry.index(),
                lastIndex());
        entries.add(entry);
        bytes += entry.size();
    }

    private long lastIndex() {
        return store.index() + entries.size();
    }

    RecoveredLog log() {
        return new RecoveredLog(hardState, membership, store.index(), baseTerm, entries, commitIndex);
    }

    StoreImage store() {
        return store;
    }

    /** A snapshot should be saved as soon as one may be, as if the journal had outgrown the partition. */
    public void saveSoon() {
        saveSoon = true;
    }

    /** The journal's bytes since the snapshot. */
    long bytes() {
        return saveSoon ? Long.MAX_VALUE / 2 : bytes;
    }
}
