package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What the roles of one replica share: its terms, its log and how far that is committed, who leads, and how a replica comes from one role to another.
 * {@link RaftNode} drives it, one step at a time.
 */
final class Raft {
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

    Optional<Leadership> leadership = Optional.empty();
    boolean halted;

    Raft(RaftConfig config, RecoveredLog recovered, RandomGenerator random, Now now) {
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

    void health(NodeHealth changed) {
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
    void reachable(SiteId site, boolean reachable) {
        if (membership.identities().containsKey(site) && health.reaches(site) != reachable) {
            health = health.withReachable(site, reachable);
            if (reachable) {
                leadership.ifPresent(Leadership::showLife);
                following.nudge();
            }
        }
    }

    void remember(Floors told) {
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

    Optional<Leadership> leadershipIn(long term) {
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

    void trimLog() {
        // What a running image transfer starts from is kept a while longer, else a slow follower never catches up.
        long keepFrom = leadership.isPresent() ? leadership.get().neededFrom() : Long.MAX_VALUE;
        long upTo = Math.min(commitIndex, wal.durableIndex());
        long tail = room.logTailBytes(config);
        log.trim(Math.min(upTo, keepFrom), tail);
        if (keepFrom < Long.MAX_VALUE) {
            log.trim(upTo, leadership.get().logBytesWorthKeeping(tail));
        }
    }

    void halt() {
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

    long term() {
        return wal.hardState().term();
    }

    HardState hardState() {
        return wal.hardState();
    }

    long commitTerm() {
        return log.termAt(commitIndex);
    }

    /** What to add to this leader's wall clock to have that of most sites; 0 if it does not lead. */
    long wallCorrectionMillis(Now at) {
        return leadership.isPresent() ? wallClocks.correctionMillis(at) : 0;
    }
}
