package io.holdfast.core.check;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.LogPeek;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.store.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Raft's five properties (Ongaro and Ousterhout, figure 3) for one partition, checked after every step of every replica. All
 * checks are incremental: a step that changes nothing costs a few comparisons.
 */
public final class RaftChecker {
    private final int sites;
    private final Consumer<Entry> onCommit;
    private final List<Replica> replicas = new ArrayList<>();
    /** By index, every entry that ever stood in a log, with the term before it: by induction this is log matching. */
    private final ArrayList<Placed> placed = new ArrayList<>();

    private final Map<Long, String> leaders = new HashMap<>();
    private final ArrayList<Entry> committed = new ArrayList<>();
    /** The term of the replica that first committed each of them. */
    private final ArrayList<Long> committedInTerm = new ArrayList<>();

    /** All identities that ever were voters; no two storages share one. */
    private final Set<Long> admitted = new HashSet<>();

    private Membership membership;

    /** @param other one at the same index, in another term; null for none */
    private record Placed(Entry entry, long termBefore, Placed other) {}

    /** What the checker knows of one site's replica. */
    private static final class Replica {
        final SiteId site;
        final LogShadow log = new LogShadow();
        final List<JournalShadow> journals = new ArrayList<>();
        JournalShadow journal;
        long commitIndex;
        long leadingTerm;
        int life;

        Replica(SiteId site) {
            this.site = site;
        }
    }

    /** @param onCommit told of each entry when the first replica commits it */
    public RaftChecker(List<SiteId> sites, Membership genesis, Consumer<Entry> onCommit) {
        this.sites = sites.size();
        this.onCommit = onCommit;
        this.membership = genesis;
        sites.forEach(site -> replicas.add(new Replica(site)));
        admitted.addAll(genesis.identities().values());
    }

    /** A storage came into being at the site. */
    public JournalShadow storage(int site, long identity) {
        var fresh = new JournalShadow(identity);
        storage(site, fresh);
        return fresh;
    }

    /** The site's storage as it is now. */
    public JournalShadow journal(int site) {
        return replicas.get(site).journal;
    }

    /** The site's storage is this one from now on; what an earlier one held stays on record. */
    public void storage(int site, JournalShadow present) {
        Replica replica = replicas.get(site);
        replica.journal = present;
        replica.journals.add(present);
    }

    /** Whether one site's storage holds all that the other's does. */
    public boolean holdsAllOf(int site, int other) {
        return journal(site).holdsAllOf(journal(other));
    }

    /** A replica was rebuilt from its storage. */
    public void started(int site, RaftNode node) {
        Replica replica = replicas.get(site);
        replica.journal.recovered(node);
        replica.life++;
        replica.leadingTerm = 0;
        replica.commitIndex = node.commitIndex();
        long base = LogPeek.baseIndex(node);
        replica.log.restart(base, LogPeek.baseTerm(node));
        checkBase(replica, base, LogPeek.baseTerm(node));
        appended(replica, node, base);
    }

    /** A replica has taken a step. */
    public void stepped(int site, RaftNode node) {
        Replica replica = replicas.get(site);
        if (node.lastIndex() != replica.log.lastIndex() || LogPeek.lastTerm(node) != replica.log.lastTerm()) {
            logChanged(replica, node);
        }
        if (node.commitIndex() != replica.commitIndex) {
            commitChanged(replica, node);
        }
        if (node.leadingTerm() != replica.leadingTerm) {
            replica.leadingTerm = node.leadingTerm();
            if (replica.leadingTerm != 0) {
                elected(replica, node);
            }
        }
    }

    private void logChanged(Replica replica, RaftNode node) {
        long base = LogPeek.baseIndex(node);
        LogShadow log = replica.log;
        long keep = Math.min(log.lastIndex(), node.lastIndex());
        while (keep > base && keep > log.baseIndex() && log.termAt(keep) != LogPeek.termAt(node, keep)) {
            keep--;
        }
        boolean fits = keep >= base && log.knows(keep) && log.termAt(keep) == LogPeek.termAt(node, keep);
        if (fits) {
            if (keep < log.lastIndex()) {
                checkTruncation(replica, node, keep);
            }
            log.truncateFrom(keep + 1);
        } else {
            // Only an image replaces a log whole.
            checkBase(replica, base, LogPeek.baseTerm(node));
            log.restart(base, LogPeek.baseTerm(node));
            keep = base;
        }
        appended(replica, node, keep);
    }

    private static void checkTruncation(Replica replica, RaftNode node, long keep) {
        if (keep < replica.commitIndex) {
            throw CheckFailed.of(
                    "state machine safety: %s removed committed entries from %d on, its commit index is %d",
                    replica.site, keep + 1, replica.commitIndex);
        }
        if (replica.leadingTerm != 0 && replica.leadingTerm == node.leadingTerm()) {
            throw CheckFailed.of("leader append-only: leader %s removed entry %d", replica.site, keep + 1);
        }
    }

    private void checkBase(Replica replica, long index, long term) {
        if (index > committed.size()) {
            throw CheckFailed.of(
                    "%s starts from an image of entry %d, committed are %d", replica.site, index, committed.size());
        }
        if (index > 0 && committed.get((int) index - 1).term() != term) {
            throw CheckFailed.of("%s has an image of entry %d with term %d", replica.site, index, term);
        }
    }

    private void appended(Replica replica, RaftNode node, long after) {
        for (long index = after + 1; index <= node.lastIndex(); index++) {
            Entry entry = LogPeek.entry(node, index);
            place(replica, entry, replica.log.lastTerm());
            replica.log.append(entry);
            if (entry.kind() == Entry.Kind.ADMIT && entry.term() == node.leadingTerm()) {
                checkOnlyAdmission(replica, node, index);
            }
        }
    }

    /** Two majorities never differ in more than one identity, so a leader proposes the next only when the one before is committed. */
    private static void checkOnlyAdmission(Replica leader, RaftNode node, long admission) {
        for (long index = Math.max(node.commitIndex(), leader.log.baseIndex()) + 1; index < admission; index++) {
            if (leader.log.entry(index).kind() == Entry.Kind.ADMIT) {
                throw CheckFailed.of(
                        "one admission at a time: leader %s admits by entry %d, and entry %d is not committed",
                        leader.site, admission, index);
            }
        }
    }

    private void place(Replica replica, Entry entry, long termBefore) {
        int at = (int) entry.index();
        while (placed.size() <= at) {
            placed.add(null);
        }
        Placed known = placed.get(at);
        while (known != null && known.entry.term() != entry.term()) {
            known = known.other;
        }
        if (known == null) {
            placed.set(at, new Placed(entry, termBefore, placed.get(at)));
            return;
        }
        if (known.termBefore != termBefore || (known.entry != entry && !known.entry.equals(entry))) {
            throw CheckFailed.of(
                    "log matching: %s has %s after term %d, elsewhere it is %s after term %d",
                    replica.site, entry, termBefore, known.entry, known.termBefore);
        }
    }

    private void commitChanged(Replica replica, RaftNode node) {
        if (node.commitIndex() < replica.commitIndex) {
            throw CheckFailed.of(
                    "commit index of %s went back from %d to %d",
                    replica.site, replica.commitIndex, node.commitIndex());
        }
        for (long index = replica.commitIndex + 1; index <= node.commitIndex(); index++) {
            if (replica.log.knows(index) && index > replica.log.baseIndex()) {
                committed(replica, replica.log.entry(index), node.term());
            } else {
                checkBase(replica, index, index == LogPeek.baseIndex(node) ? LogPeek.baseTerm(node) : termOf(index));
            }
        }
        replica.commitIndex = node.commitIndex();
        boolean leads = replica.leadingTerm != 0 && replica.leadingTerm == node.leadingTerm();
        if (leads && termOf(replica.commitIndex) != node.term()) {
            throw CheckFailed.of(
                    "leader %s of term %d commits up to entry %d, which is of term %d (Raft, section 5.4.2)",
                    replica.site, node.term(), replica.commitIndex, termOf(replica.commitIndex));
        }
    }

    private long termOf(long index) {
        return index <= committed.size() ? committed.get((int) index - 1).term() : 0;
    }

    private void committed(Replica replica, Entry entry, long inTerm) {
        if (entry.index() <= committed.size()) {
            Entry known = committed.get((int) entry.index() - 1);
            if (known.term() != entry.term()) {
                throw CheckFailed.of(
                        "state machine safety: %s commits %s, %s was committed before", replica.site, entry, known);
            }
            return;
        }
        int holders = 0;
        for (Replica each : replicas) {
            holders += durablyHolds(each, entry) ? 1 : 0;
        }
        if (holders <= sites / 2) {
            throw CheckFailed.of(
                    "%s commits entry %d of term %d, which only %d voters of %d hold durably",
                    replica.site, entry.index(), entry.term(), holders, sites);
        }
        committed.add(entry);
        committedInTerm.add(inTerm);
        if (entry.kind() == Entry.Kind.ADMIT) {
            membership = membership.admit(entry.payload());
            admitted.addAll(membership.identities().values());
        }
        onCommit.accept(entry);
    }

    private boolean durablyHolds(Replica replica, Entry entry) {
        for (JournalShadow journal : replica.journals) {
            if (journal.holds(entry.index(), entry.term()) && admitted.contains(journal.identity())) {
                return true;
            }
        }
        return false;
    }

    /** Whether every site's storage, the present one or one that was lost since, came to hold the entry at the index. */
    public boolean everySiteHolds(long index) {
        Entry entry = committed.get((int) index - 1);
        return replicas.stream().allMatch(it -> durablyHolds(it, entry));
    }

    /** Whether the site's storage holds an entry with the command that its replica does not know to be committed, and may never be. */
    public boolean holdsUncommitted(int site, WriteId command) {
        return journal(site).holds(command, replicas.get(site).commitIndex);
    }

    private void elected(Replica replica, RaftNode node) {
        String incarnation = replica.site + " in its life " + replica.life;
        String other = leaders.putIfAbsent(node.term(), incarnation);
        if (other != null) {
            // Nor the same one twice: what its first leadership knew of its lease would be forgotten.
            throw CheckFailed.of("election safety: %s and %s lead in term %d", other, incarnation, node.term());
        }
        // A late election in an old term may miss what later terms committed: it leads nobody then.
        int last = committed.size();
        while (last > 0 && committedInTerm.get(last - 1) >= node.term()) {
            last--;
        }
        boolean complete = node.lastIndex() >= last
                && (last <= replica.log.baseIndex() || replica.log.termAt(last) == termOf(last));
        if (!complete) {
            throw CheckFailed.of(
                    "leader completeness: %s leads term %d with a log up to %d without committed entry %d of term %d",
                    replica.site, node.term(), node.lastIndex(), last, termOf(last));
        }
    }

    /** A message leaves: everything that it depends on must be durable (DESIGN 3, rule 2). */
    public void sending(int site, Outgoing outgoing) {
        JournalShadow journal = replicas.get(site).journal;
        PeerMessage message = outgoing.message();
        HardState durable = journal.hardState();
        boolean preVote = message instanceof PeerMessage.PreVoteRequest
                || (message instanceof PeerMessage.PreVoteResponse response && response.granted());
        boolean fine = (preVote || durable.term() >= message.term()) && durable.identity() == message.identity();
        if (message instanceof PeerMessage.VoteRequest) {
            fine &= votedFor(durable, message.term(), message.from());
        } else if (message instanceof PeerMessage.VoteResponse response && response.granted()) {
            fine &= votedFor(durable, message.term(), outgoing.to());
        } else if (message instanceof PeerMessage.AppendResponse response) {
            fine &= response.matchIndex() <= journal.lastIndex();
        }
        if (!fine) {
            throw CheckFailed.of(
                    "%s sends %s to %s, durable are %s and entries up to %d",
                    message.from(), message, outgoing.to(), durable, journal.lastIndex());
        }
    }

    private static boolean votedFor(HardState durable, long term, SiteId candidate) {
        return durable.term() > term
                || (durable.term() == term
                        && durable.vote().map(candidate::equals).orElse(false));
    }

    public long committedIndex() {
        return committed.size();
    }

    public Membership membership() {
        return membership;
    }
}
