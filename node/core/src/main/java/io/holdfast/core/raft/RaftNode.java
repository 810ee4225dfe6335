package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * One replica of a Raft group (Ongaro and Ousterhout, "In search of an understandable consensus algorithm", 2014, and
 * Ongaro's dissertation), as a pure function of its inputs: {@link #step} takes what happened and answers what to do. No
 * clock, no threads, no I/O. Not thread-safe: one driver owns it. docs/protocol.md is its specification.
 *
 * <p>This class holds what every role shares: terms, the log's commitment, and the dispatch. {@link Election} decides on
 * votes, {@link Following} takes what a leader sends, {@link Leadership} is the volatile state of a leader's one term.
 */
public final class RaftNode {
    final RaftConfig config;
    final RandomGenerator random;
    /** Tells this start of the replica from earlier ones: their clocks have nothing to do with each other. */
    final long life;

    final Log log;
    final WriteAhead wal;
    final Election election;
    final Following following;
    /** Of all terms that this replica has led in. */
    final WallClocks wallClocks = new WallClocks();

    Now now;
    Outputs out = new Outputs();
    Role role;
    Optional<SiteId> leader = Optional.empty();
    Membership membership;
    long commitIndex;
    /** Nobody sends and no timer runs: an idle partition costs nothing (docs/protocol.md, "Silence"). */
    boolean quiesced;
    /** Of this node, as last told. */
    Input.Room room = Input.Room.ENOUGH;

    NodeHealth health = NodeHealth.GOOD;
    /** What is remembered of everybody's storage. */
    Floors floors = Floors.NONE;

    private Optional<Leadership> leadership = Optional.empty();
    private boolean halted;

    /** Starts from what the journal held. */
    public RaftNode(RaftConfig config, RecoveredLog recovered, RandomGenerator random, Now now) {
        this.config = config;
        this.random = random;
        this.life = random.nextLong();
        this.now = now;
        this.membership = recovered.membership();
        this.log = new Log(recovered.baseIndex(), recovered.baseTerm(), recovered.entries());
        this.wal = new WriteAhead(recovered.hardState(), log, config.maxWriteBytes());
        // Entries known to be committed come out of the first step once more, like any others.
        this.commitIndex = recovered.baseIndex();
        this.role = isVoter() ? Role.FOLLOWER : Role.LEARNER;
        this.election = new Election(this);
        this.following = new Following(this, Math.min(recovered.commitIndex(), log.lastIndex()));
        election.started(recovered.hardState().term() == 0);
    }

    /** Takes one input and answers all that follows from it. */
    public Outputs step(Now at, Input input) {
        now = at;
        out = new Outputs();
        if (halted) {
            if (input instanceof Input.Read read) {
                out.refuseRead(read.ticket());
            }
            return out;
        }
        following.commitRecovered();
        dispatch(input);
        if (leadership.isPresent()) {
            leadership.get().proceed();
        }
        following.proceed();
        trimLog();
        out.write = halted ? Optional.empty() : wal.next(commitIndex, now.nanos());
        return out;
    }

    private void dispatch(Input input) {
        if (input instanceof Input.Received received) {
            receive(received.message());
        } else if (input instanceof Input.Propose propose) {
            if (leadership.isPresent()) {
                leadership.get().propose(propose.timestamp(), propose.payload());
            }
        } else if (input instanceof Input.Read read) {
            if (leadership.isPresent()) {
                leadership.get().read(read.ticket());
            } else {
                out.refuseRead(read.ticket());
            }
        } else if (input instanceof Input.Durable durable) {
            wal.durable(durable.number(), out);
            election.durable();
        } else if (input instanceof Input.Tick tick) {
            leadership.ifPresent(it -> it.tick(tick.patienceNanos()));
            election.tick(tick.patienceNanos());
        } else if (input instanceof Input.Unreachable hint) {
            reachable(hint.site(), false);
            election.unreachable(hint.site());
        } else if (input instanceof Input.Reachable hint) {
            reachable(hint.site(), true);
        } else if (input instanceof Input.Nudge) {
            leadership.ifPresent(Leadership::wake);
            following.nudge();
        } else if (input instanceof Input.Room changed) {
            room = changed;
            health(health.withFull(changed.full()));
        } else if (input instanceof Input.StorageSlow changed) {
            health(health.withStorageSlow(changed.slow()));
        } else if (input instanceof Input.Late changed) {
            health = health.withLate(changed.late());
        } else if (input instanceof Input.Transfer transfer) {
            leadership.ifPresent(it -> it.transfer(transfer.to()));
        } else if (input instanceof Input.ImageEncoded image) {
            leadership.ifPresent(it -> it.imageEncoded(image));
        } else if (input instanceof Input.ImageNotEncoded) {
            leadership.ifPresent(Leadership::imageNotEncoded);
        } else if (input instanceof Input.ImageInstalled image) {
            following.installed(image);
        } else if (input instanceof Input.ImageFailed image) {
            following.imageFailed(image.index());
        } else if (input instanceof Input.StorageFailed) {
            halt();
        }
    }

    private void health(NodeHealth changed) {
        if (!changed.equals(health)) {
            if (changed.storageSlow() && !health.storageSlow()) {
                leadership.ifPresent(Leadership::storageSlow);
            }
            health = changed;
            // A silent leader is to know: to let old versions go, to take writes again, to hand over to this site or
            // not to.
            following.nudge();
        }
    }

    /** A silent leader is to know who reaches more again, so that leadership can go back; that somebody reaches less it hears when it next speaks. */
    private void reachable(SiteId site, boolean reachable) {
        if (membership.identities().containsKey(site) && health.reaches(site) != reachable) {
            health = health.withReachable(site, reachable);
            if (reachable) {
                leadership.ifPresent(Leadership::showLife);
                following.nudge();
            }
        }
    }

    private void receive(PeerMessage message) {
        if (message.from().equals(config.self()) || !membership.identities().containsKey(message.from())) {
            return; // Misrouted, or from a site that holds no replica of this partition.
        }
        if (message.floors() != Floors.NONE) {
            remember(message.floors());
        }
        if (message.term() > term() && revealsHigherTerm(message)) {
            becomeFollower(message.term(), Optional.empty());
        }
        if (message instanceof PreVoteRequest request) {
            leadership.ifPresent(Leadership::showLife);
            following.committed(request);
            election.preVoteRequested(request);
        } else if (message instanceof PreVoteResponse response) {
            election.preVoteAnswered(response);
        } else if (message instanceof VoteRequest request) {
            election.voteRequested(request);
        } else if (message instanceof VoteResponse response) {
            election.voteAnswered(response);
        } else if (message instanceof AppendRequest request) {
            following.append(request);
        } else if (message instanceof AppendResponse response) {
            if (leadership.isPresent() && response.term() == term()) {
                leadership.get().appendAnswered(response);
            }
        } else if (message instanceof ImageChunk chunk) {
            following.imageChunk(chunk);
        } else if (message instanceof ImageAck ack) {
            leadershipIn(ack.term()).ifPresent(it -> it.imageAnswered(ack));
        } else if (message instanceof TimeoutNow timeout && timeout.term() == term() && role == Role.FOLLOWER) {
            election.campaign(true);
        }
    }

    private void remember(Floors told) {
        floors = floors.with(told, membership);
        Floor floor = told.of(config.self());
        if (floor.isAbove(hardState(), log.lastIndex())) {
            rolledBack(floor);
        }
    }

    /**
     * The storage has forgotten what it held, so nobody knows what else it acknowledged or whom it voted for: it cannot be trusted, and is as good as lost
     * (DESIGN 3, rule 11). What is left of its log is as good as any learner's. Nothing leaves before the new identity is durable, so that the one that made those
     * promises has fallen silent when the new one speaks.
     */
    private void rolledBack(Floor floor) {
        long drawn = random.nextLong();
        long stranger = drawn == 0 || drawn == identity() ? Math.max(1, identity() + 1) : drawn;
        out.rolledBack = Optional.of(new Outputs.RolledBack(term(), log.lastIndex(), floor, stranger));
        wal.setHardState(new HardState(term(), hardState().vote(), stranger));
        following.termChanged();
        becomeFollower(term(), Optional.empty());
    }

    void remember(SiteId site, Floor floor) {
        floors = floors.with(site, floor, membership);
    }

    /**
     * A higher term in most messages makes any replica a follower at once (Raft, figure 2, "all servers"). The requests for
     * votes decide for themselves: a pre-vote binds nobody, and a vote asked for against a promise must change nothing
     * (Raft dissertation, section 4.2.3).
     */
    private boolean revealsHigherTerm(PeerMessage message) {
        if (message instanceof PreVoteRequest || message instanceof VoteRequest) {
            return false;
        }
        return !(message instanceof PreVoteResponse response && response.granted());
    }

    private Optional<Leadership> leadershipIn(long term) {
        return term == term() ? leadership : Optional.empty();
    }

    void becomeFollower(long term, Optional<SiteId> of) {
        leadership.ifPresent(Leadership::end);
        leadership = Optional.empty();
        quiesced = false;
        role = isVoter() ? Role.FOLLOWER : Role.LEARNER;
        leader = of;
        if (term > term()) {
            wal.setHardState(new HardState(term, Optional.empty(), identity()));
            following.termChanged();
        }
        election.standDown();
    }

    void becomeLeader() {
        boolean asks = role == Role.CANDIDATE || role == Role.PRE_CANDIDATE;
        check(asks && hardState().vote().equals(Optional.of(config.self())), "a %s leads with %s", role, hardState());
        role = Role.LEADER;
        leader = Optional.of(config.self());
        leadership = Optional.of(new Leadership(this));
    }

    /** Advances commitment: the entries come out to be applied, admissions take effect here. */
    void commitTo(long index) {
        check(index <= log.lastIndex(), "commit index %d is past the log's end %d", index, log.lastIndex());
        while (commitIndex < index) {
            Entry entry = log.entry(++commitIndex);
            if (entry.kind() == Entry.Kind.ADMIT) {
                membership = membership.admit(entry.payload());
                wal.recordCommitOf(entry.index());
                membershipChanged();
            }
            out.commit(entry);
        }
    }

    void membershipChanged() {
        if (role == Role.CANDIDATE || role == Role.PRE_CANDIDATE) {
            // An election counts the votes of one membership.
            becomeFollower(term(), Optional.empty());
        } else if (role == Role.LEARNER && isVoter()) {
            role = Role.FOLLOWER;
            election.resetTimer();
        }
    }

    private void trimLog() {
        // What a running image transfer starts from is kept a while longer, else a slow follower never catches up.
        long keepFrom = leadership.isPresent() ? leadership.get().neededFrom() : Long.MAX_VALUE;
        long upTo = Math.min(commitIndex, wal.durableIndex());
        long tail = room.logTailBytes(config);
        log.trim(Math.min(upTo, keepFrom), tail);
        if (keepFrom < Long.MAX_VALUE) {
            log.trim(upTo, leadership.get().logBytesWorthKeeping(tail));
        }
    }

    private void halt() {
        // Another replica with a sound disk takes over at once; this needs no write of ours, so the lease ends here.
        leadership.ifPresent(Leadership::abdicate);
        leadership.ifPresent(Leadership::end);
        leadership = Optional.empty();
        role = Role.LEARNER;
        leader = Optional.empty();
        halted = true;
    }

    /** Whether this replica leads and has heard from a majority lately. */
    boolean leaderHoldsMajority() {
        return leadership.isPresent() && leadership.get().holdsMajority();
    }

    void send(SiteId to, PeerMessage message) {
        out.send(new Outgoing(to, message));
    }

    void sendWhenDurable(SiteId to, PeerMessage message) {
        wal.sendWhenDurable(new Outgoing(to, message), out);
    }

    boolean isVoter() {
        return membership.isVoter(config.self(), identity());
    }

    long identity() {
        return wal.hardState().identity();
    }

    // What the driver may ask at any time.

    /**
     * What to add to this leader's wall clock to have that of most sites; 0 if they differ by a second or less, or if it does not lead.
     *
     * @param at of this moment: the clock may have been set since the last step
     */
    public long wallCorrectionMillis(Now at) {
        return leadership.isPresent() ? wallClocks.correctionMillis(at) : 0;
    }

    /** The same for the timestamp of an entry: if it is not certain how far its clock is behind, it is taken no further forward than it was. */
    public long wallCorrectionForDatingMillis(Now at) {
        return leadership.isPresent() ? wallClocks.correctionForDatingMillis(at) : 0;
    }

    /** The same as {@link #wallCorrectionMillis}, if this leader has heard enough clocks to say that its own is right, or which one is wrong. */
    public OptionalLong wallFinding(Now at) {
        return leadership.isPresent() && wallClocks.conclusive()
                ? OptionalLong.of(wallClocks.correctionMillis(at))
                : OptionalLong.empty();
    }

    /**
     * Whether {@link #wallFinding} rests on what was heard just now. What a silent leader has heard may be of before its machine was suspended, in which
     * time its monotonic clock stood still, and the clocks only seem to differ.
     */
    public boolean wallFindingFresh() {
        return !quiesced && termBegun() && leaderHoldsMajority();
    }

    /** Whether it leads, and an entry of its term is committed: it has heard a majority, and has applied all that was committed before. */
    public boolean termBegun() {
        return leadership.isPresent() && leadership.get().termBegun();
    }

    public Role role() {
        return role;
    }

    public long term() {
        return wal.hardState().term();
    }

    public Optional<SiteId> leader() {
        return leader;
    }

    public HardState hardState() {
        return wal.hardState();
    }

    public Membership membership() {
        return membership;
    }

    public long commitIndex() {
        return commitIndex;
    }

    public long commitTerm() {
        return log.termAt(commitIndex);
    }

    public long lastIndex() {
        return log.lastIndex();
    }

    public long durableIndex() {
        return wal.durableIndex();
    }

    /** What the images take in memory that this replica sends to others. */
    public long imageBytes() {
        return leadership.isPresent() ? leadership.get().imageBytes() : 0;
    }

    /** Whether proposals are accepted: leader, an entry of its own term is committed, and no transfer is under way. */
    public boolean acceptsProposals() {
        return leadership.isPresent() && leadership.get().acceptsProposals();
    }

    /**
     * Whether this leader's next proposal is to wait for its journal, so that what comes meanwhile shares an entry with it.
     *
     * @param at of this moment
     * @param bytes the size of the next entry, at most
     */
    public boolean awaitsJournal(Now at, long bytes) {
        return leadership.isPresent() && leadership.get().awaitsJournal(at.nanos(), bytes);
    }

    /**
     * Whether this leader's node, or that of a follower that it hears, has no room for more data. A silent leader knows what was so when it
     * fell silent: an {@link Input.Nudge} lets it ask.
     */
    public boolean full() {
        return room.full() || leadership.isPresent() && leadership.get().anyFull();
    }

    /** Whether reads wait for answers to heartbeats: those are not to be late. */
    public boolean readsWait() {
        return leadership.isPresent() && leadership.get().readsWait();
    }

    /** What the end of the log takes in memory, roughly. */
    public long logBytes() {
        return log.bytes();
    }

    /** The term this replica leads, 0 if it does not lead. */
    public long leadingTerm() {
        return leadership.isPresent() ? term() : 0;
    }

    /** Each follower's durable match index, as this leader knows it; empty if it does not lead. */
    public Optional<LeaderView> leaderView() {
        return leadership.map(Leadership::view);
    }

    /** Up to here every voter holds the log durably, as this leader knows it; 0 if it does not lead. Cheap, for each step. */
    public long minimalVoterMatch() {
        return leadership.isPresent() ? leadership.get().minimalVoterMatch() : 0;
    }

    /** The state at the commit index holds everything acknowledged before this wall time; 0 if unknown. */
    public long asOfWallMillis() {
        return leadership.isPresent() ? leadership.get().asOfWallMillis() : following.asOfWallMillis();
    }

    /**
     * What a snapshot must hold beside an image of this index and term, so that it stands for all journal writes given so far;
     * empty while those do not reach far enough.
     */
    public Optional<Written> written(long imageIndex, long imageTerm) {
        long needed = following.installing() ? log.lastIndex() : imageIndex;
        // What is committed may be so in a term that is not written yet: who knows of an admission is in its term.
        boolean inThisTerm = wal.writtenHardState().term() == term();
        if (!wal.covers(needed) || !inThisTerm) {
            return Optional.empty();
        }
        boolean fits = log.knows(imageIndex) && log.termAt(imageIndex) == imageTerm;
        List<Entry> tail = fits ? log.after(imageIndex) : List.of();
        int written = (int) Math.max(0, Math.min(tail.size(), wal.writtenIndex() - imageIndex));
        return Optional.of(new Written(wal.writtenHardState(), tail.subList(0, written)));
    }

    /** The hard state and the end of the log as the journal has them once the writes given so far are durable. */
    public record Written(HardState hardState, List<Entry> tail) {}

    /** False while the replica is silent: then no tick changes anything. */
    public boolean needsTicks() {
        return !quiesced && !halted;
    }

    /**
     * The monotonic time in nanoseconds by which this replica wants its next tick, {@link Long#MAX_VALUE} if it wants none. Earlier ones do no harm: a
     * leader does with them what it would do a little later, everybody else does nothing. To be asked again after each step: it may have come nearer.
     */
    public long nextTickNanos() {
        if (!needsTicks()) {
            return Long.MAX_VALUE;
        }
        return leadership.isPresent() ? leadership.get().nextTickNanos() : election.nextTickNanos();
    }
}
