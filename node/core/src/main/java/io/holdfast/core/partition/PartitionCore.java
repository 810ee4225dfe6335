package io.holdfast.core.partition;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionInput.Ask;
import io.holdfast.core.partition.PartitionInput.Submit;
import io.holdfast.core.partition.PartitionInput.ToRaft;
import io.holdfast.core.partition.Reply.Refusal;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Outputs;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * One replica of a partition: the replicated log, the store that it drives, and the callers that wait. Pure, like everything in
 * this module: {@link #step} takes what happened and answers what to do. Not thread-safe: one driver owns it.
 */
public final class PartitionCore {
    /** A read for a time that is further ahead is denied, not waited for. */
    private static final long MOST_AHEAD_MILLIS = 10_000;
    /** Clocks of sites may differ by this: a read for a time no further ahead is answered in any case. */
    private static final long CLOCKS_APART_MILLIS = 1_000;
    /** What has become too old is let go at most so often where that takes an entry of its own. */
    private static final long FORGET_EVERY_MILLIS = 100;
    /** How exactly the deadlines of writes to all sites and of locks are kept. */
    private static final long WATCH_NANOS = 20_000_000L;

    private final PartitionConfig config;
    private final RaftNode raft;
    private final EntryDates dates;
    private final PendingWrites writes;
    private final Map<Long, Ask> reads = new HashMap<>();
    private final TimedReads timedReads;
    private final Snapshots snapshots;
    private final Overdue overdue = new Overdue();

    /** Applied already when this replica started. */
    private final long recoveredIndex;

    private PartitionStore store;
    private PartitionOutput out = new PartitionOutput();
    private Now now;
    private long lastTickNanos;
    private long leadingTerm;
    private long nextTicket;

    public PartitionCore(PartitionConfig config, Recovery recovery, RandomGenerator random, Now now) {
        this.config = config;
        this.now = now;
        this.raft = new RaftNode(config.raft(), recovery.log(), random, now);
        this.store = recovery.store();
        this.recoveredIndex = store.appliedIndex();
        this.dates = new EntryDates(raft, store.lastTimestamp());
        this.writes = new PendingWrites(config.maxPendingBytes());
        this.timedReads = new TimedReads(config.maxPendingReads());
        this.snapshots = new Snapshots(config.snapshotLogBytes(), recovery.bytes(), recovery.snapshotBytes());
        recovery.taken();
    }

    /** Takes one input and answers all that follows from it. */
    public PartitionOutput step(Now at, PartitionInput input) {
        now = at;
        out = new PartitionOutput();
        dispatch(input);
        loseLeadership(Refusal.LEADERSHIP_LOST);
        proposeQueued();
        answerWaiting();
        snapshot();
        return out;
    }

    private void dispatch(PartitionInput input) {
        if (input instanceof ToRaft toRaft) {
            boolean failed = toRaft.input() instanceof Input.StorageFailed;
            if (toRaft.input() instanceof Input.Tick) {
                lastTickNanos = now.nanos();
            }
            if (toRaft.input() instanceof Input.Reachable hint) {
                overdue.coordinators().reachable(hint.site(), true, now);
            } else if (toRaft.input() instanceof Input.Unreachable hint) {
                overdue.coordinators().reachable(hint.site(), false, now);
            }
            raft(toRaft.input());
            if (failed) {
                loseLeadership(Refusal.STORAGE_FAILED);
            } else if (toRaft.input() instanceof Input.Tick && raft.termBegun() && mayBeOverdue()) {
                out.unfinished = overdue.due(store, writes::underWay, dates.datingNow(now));
            }
        } else if (input instanceof Submit submit) {
            submit(submit);
        } else if (input instanceof Ask ask) {
            ask(ask);
        } else if (input instanceof PartitionInput.SnapshotSaved saved) {
            snapshots.saved(saved.number()).ifPresent(this::install);
        } else if (input instanceof PartitionInput.SnapshotFailed failed) {
            snapshots.failed(failed.number()).ifPresent(image -> raft(new Input.ImageFailed(image.index())));
        } else if (input instanceof PartitionInput.FreeDisk && snapshotWouldFree()) {
            snapshots.ask();
        } else if (input instanceof PartitionInput.ImageEncoded encoded) {
            raft(new Input.ImageEncoded(encoded.index(), encoded.term(), encoded.bytes()));
        } else if (input instanceof PartitionInput.ImageDecoded decoded) {
            snapshots.received(decoded.image());
        } else if (input instanceof PartitionInput.ImageUndecodable undecodable) {
            raft(new Input.ImageFailed(undecodable.index()));
        }
    }

    /** Steps the log and takes over what it asks for. Entries are applied before reads are answered. */
    private OptionalLong raft(Input input) {
        Outputs outputs = raft.step(now, input);
        out.send(outputs.messages());
        if (outputs.write().isPresent()) {
            out.write = outputs.write();
            for (Entry entry : outputs.write().get().entries()) {
                snapshots.wrote(entry.size());
            }
        }
        for (Entry entry : outputs.committed()) {
            apply(entry);
        }
        for (Long ticket : outputs.confirmedReads()) {
            answer(reads.remove(ticket));
        }
        for (Long ticket : outputs.refusedReads()) {
            refuse(reads.remove(ticket).token(), Refusal.NOT_LEADER);
        }
        if (outputs.imageReceived().isPresent()) {
            out.decode = outputs.imageReceived();
        }
        if (outputs.rolledBack().isPresent()) {
            out.rolledBack = outputs.rolledBack();
        }
        if (outputs.imageWanted()) {
            out.encode = Optional.of(image());
        }
        return outputs.proposed();
    }

    private void submit(Submit submit) {
        if (!leads()) {
            raft(new Input.Nudge());
            refuse(submit.token(), Refusal.NOT_LEADER);
        } else if (full() && needsRoom(submit)) {
            // A silent leader has not heard yet that there is room again.
            raft(new Input.Nudge());
            refuse(submit.token(), Refusal.FULL);
        } else if (!writes.offer(submit)) {
            refuse(submit.token(), Refusal.OVERLOADED);
        } else {
            overdue.coordinators().taken(submit, now);
        }
    }

    /** Whether data is refused: a node that takes part is full, or this partition alone. */
    public boolean full() {
        return raft.full() || store.imageBytes() > config.maxImageBytes();
    }

    private boolean mayBeOverdue() {
        return store.hasTransactions() || !overdue.isEmpty();
    }

    /** Whether it brings data that is not there yet. What has an outcome, or is about to have one, is told it. */
    private boolean needsRoom(Submit submit) {
        for (Command command : submit.commands()) {
            if (command.brings()
                    && !writes.underWay(command.id())
                    && store.outcome(command.id()).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private boolean leads() {
        return raft.leadingTerm() != 0;
    }

    private void ask(Ask ask) {
        OptionalLong at = ask.at();
        if (at.isPresent()) {
            askAt(at.getAsLong(), ask);
            return;
        }
        if (ask.maxStalenessMillis() > 0 && freshEnough(ask.maxStalenessMillis())) {
            answer(ask);
        } else if (!leads()) {
            raft(new Input.Nudge());
            refuse(ask.token(), Refusal.NOT_LEADER);
        } else if (reads.size() >= config.maxPendingReads()) {
            refuse(ask.token(), Refusal.OVERLOADED);
        } else {
            long ticket = ++nextTicket;
            reads.put(ticket, ask);
            raft(new Input.Read(ticket));
        }
    }

    private boolean freshEnough(long maxStalenessMillis) {
        long asOf = raft.asOfWallMillis();
        return asOf > 0 && dates.soundNow(now).wallMillis() - asOf <= maxStalenessMillis;
    }

    /** A replica that has applied an entry with a later timestamp knows all that will ever stand at this one (docs/protocol.md). */
    private void askAt(long latest, Ask ask) {
        // Before, it may not have heard yet that its clock is wrong.
        boolean begun = raft.termBegun();
        long at = begun && latest > store.lastTimestamp() ? notTooFarAhead(ask) : latest;
        if (at <= store.lastTimestamp()) {
            answer(ask);
        } else if (!leads()) {
            raft(new Input.Nudge());
            refuse(ask.token(), Refusal.NOT_LEADER);
        } else if (!begun) {
            refuse(ask.token(), Refusal.NOT_LEADER);
        } else if (!timedReads.offer(ask, at)) {
            refuse(ask.token(), Refusal.OVERLOADED);
        }
    }

    /** Reads of several callers may come together: what is too far ahead is denied when the others are answered, and does not keep them from it. */
    private long notTooFarAhead(Ask ask) {
        return ask.latestUpTo(dates.soundNow(now).wallMillis() + mostAheadMillis())
                .orElse(0);
    }

    /** The entry that closes time there lets go what is older by the history, of which the others' snapshots are to keep half. */
    private long mostAheadMillis() {
        long half = config.limits().historyMillis() / 2;
        return Math.min(MOST_AHEAD_MILLIS, Math.max(CLOCKS_APART_MILLIS, half));
    }

    private void answer(Ask ask) {
        var answers = new ArrayList<Query.Answer>(ask.queries().size());
        for (Query query : ask.queries()) {
            answers.add(store.answer(query));
        }
        out.replies.add(new Reply.Answered(ask.token(), answers));
    }

    private void refuse(long token, Refusal reason) {
        Optional<SiteId> elsewhere =
                raft.leader().filter(site -> !site.equals(config.raft().self()));
        out.replies.add(new Reply.Refused(token, reason, elsewhere));
    }

    private void apply(Entry entry) {
        if (entry.index() <= recoveredIndex) {
            return;
        }
        if (entry.kind() != Entry.Kind.COMMANDS) {
            store.applyNothing(entry.index());
            return;
        }
        // Within one term an index names one entry. In a later term another leader may have put its own there, in the
        // very
        // step in which this one learns that it lost: its callers must not be answered for that.
        boolean own = entry.term() == leadingTerm;
        List<Command> commands = (own ? writes.commandsOf(entry.index()) : Optional.<List<Command>>empty())
                .orElseGet(() -> CommandBatch.decode(entry.payload()));
        List<Outcome> outcomes = store.apply(entry.index(), entry.timestamp(), commands);
        dates.observe(store.lastTimestamp());
        if (own) {
            writes.applied(entry.index(), outcomes, out.replies);
        }
    }

    /**
     * Puts what is queued into one entry, mostly when the journal is free: what comes while it writes goes out together afterwards (group commit). Nothing is
     * proposed before an entry of this term is committed, so every earlier timestamp is known.
     */
    private void proposeQueued() {
        if (!raft.acceptsProposals()) {
            return;
        }
        boolean closeTime = !timedReads.isEmpty() && dates.proposedUpTo() < timedReads.latest();
        if (!writes.hasQueued() && !closeTime && !mustForget()) {
            return;
        }
        if (raft.awaitsJournal(now, Entry.HEADER_BYTES + writes.nextBytes(config.maxEntryBytes()))) {
            return;
        }
        List<Command> batch = writes.nextBatch(config.maxEntryBytes());
        if (closeTime) {
            // The entry closes the time that readers wait for.
            dates.observe(timedReads.latest() - 1);
        }
        long timestamp = dates.next(batch, now);
        // Taken out of the queue before the step: with a single site the entry may be committed by it.
        long index = raft.lastIndex() + 1;
        boolean locked = !store.prepared().isEmpty();
        writes.proposed(index, timestamp, batch, id -> store.outcome(id).isPresent(), locked);
        OptionalLong proposed = raft(new Input.Propose(timestamp, CommandBatch.encode(batch)));
        check(proposed.isPresent() && proposed.getAsLong() == index, "entry %d was proposed as %s", index, proposed);
    }

    /**
     * Old versions go when an entry is applied that is later by the history. Where there is no room there may be none any more: what would bring one
     * is refused, and what was deleted would stay for ever.
     */
    private boolean mustForget() {
        if (!full()) {
            return false;
        }
        long next = store.forgetsNextAt();
        return next > dates.proposedUpTo()
                && next <= HybridClock.ofWallMillis(dates.datingNow(now).wallMillis() - FORGET_EVERY_MILLIS);
    }

    private void answerWaiting() {
        if (!timedReads.isEmpty()) {
            timedReads.reached(store.lastTimestamp()).forEach(this::answer);
        }
        if (leadingTerm != 0) {
            writes.durableHere(raft.durableIndex(), out.replies);
            if (writes.waitForAll()) {
                writes.durableEverywhere(raft.minimalVoterMatch(), now.nanos(), out.replies);
            }
        }
    }

    private void loseLeadership(Refusal reason) {
        if (leadingTerm != 0 && raft.leadingTerm() != leadingTerm) {
            Optional<SiteId> next =
                    raft.leader().filter(site -> !site.equals(config.raft().self()));
            writes.refuseAll(reason, next, out.replies);
            timedReads.removeAll().forEach(ask -> refuse(ask.token(), Refusal.NOT_LEADER));
            overdue.forget();
            dates.leadershipLost();
        }
        leadingTerm = raft.leadingTerm();
    }

    private void snapshot() {
        // Before its first step the log does not know yet what the store has recovered.
        boolean logIsBehind = raft.commitIndex() < store.appliedIndex();
        if (logIsBehind || !snapshots.due(store.imageBytes())) {
            return;
        }
        Optional<PartitionImage> received = snapshots.received();
        long index = received.map(PartitionImage::index).orElseGet(raft::commitIndex);
        long term = received.map(PartitionImage::term).orElseGet(raft::commitTerm);
        raft.written(index, term).ifPresent(written -> {
            PartitionImage image = received.orElseGet(this::image);
            var snapshot = new ReplicaSnapshot(written.hardState(), image, written.tail());
            long number = snapshots.start(image);
            out.snapshot = Optional.of(new PartitionOutput.SaveSnapshot(number, snapshot, snapshots.installs()));
        });
    }

    private PartitionImage image() {
        check(
                store.appliedIndex() == raft.commitIndex(),
                "an image at entry %d, committed is %d",
                store.appliedIndex(),
                raft.commitIndex());
        return new PartitionImage(raft.commitTerm(), raft.membership(), store.image());
    }

    private void install(PartitionImage image) {
        store = new PartitionStore(config.limits(), image.store());
        dates.observe(store.lastTimestamp());
        raft(new Input.ImageInstalled(image.index(), image.term(), image.membership()));
    }

    /** False while nothing is to be done until something happens. */
    public boolean needsTicks() {
        return raft.needsTicks() || watches();
    }

    private boolean watches() {
        return writes.waitForAll() || leads() && store.hasTransactions();
    }

    /**
     * The monotonic time in nanoseconds by which the next tick is wanted, {@link Long#MAX_VALUE} while nothing is to be done until something happens. To be
     * asked again after each step; earlier ticks do no harm.
     */
    public long nextTickNanos() {
        long raftWants = raft.nextTickNanos();
        return watches() ? Math.min(raftWants, lastTickNanos + WATCH_NANOS) : raftWants;
    }

    /** What an operator wants to know of this replica. Cheap. */
    public PartitionView view() {
        return new PartitionView(
                raft.role(),
                raft.term(),
                raft.leader(),
                raft.commitIndex(),
                raft.lastIndex(),
                raft.membership(),
                raft.leaderView(),
                store.keys(),
                store.bytes(),
                staleness());
    }

    private OptionalLong staleness() {
        long asOf = raft.asOfWallMillis();
        return asOf == 0 || !raft.needsTicks()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, dates.soundNow(now).wallMillis() - asOf));
    }

    /** What the store and the end of the log take in memory, roughly. Cheap, for each step. */
    public long memoryBytes() {
        return store.bytes() + raft.logBytes();
    }

    /** What an image takes, roughly. */
    public long storeBytes() {
        return store.imageBytes();
    }

    /** What writes take that are not answered yet. */
    public long pendingBytes() {
        return writes.bytes();
    }

    /** What the images take that are being sent to other sites. */
    public long imageBytes() {
        return raft.imageBytes();
    }

    /** Whether {@link PartitionInput.FreeDisk} would have an effect. */
    public boolean snapshotWouldFree() {
        return snapshots.wouldFree(store.imageBytes());
    }

    /** The last entry that this replica has applied. */
    public long appliedIndex() {
        return store.appliedIndex();
    }

    /** Transactions that are under way here, as far as this replica has applied: prepared, or committed and not complete. */
    public int unfinished() {
        return store.prepared().size() + store.committed().size();
    }

    /** What this replica has applied, without any promise of how fresh that is. */
    public Query.Answer peek(Query query) {
        return store.answer(query);
    }

    /** The state's bytes, to compare replicas. */
    public PartitionImage currentImage() {
        return image();
    }

    /** For checkers: the log below. */
    public RaftNode raft() {
        return raft;
    }
}
