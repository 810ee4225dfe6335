package io.holdfast.core.raft;

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
 * <p>This class gives each input to who takes it, and answers what the driver may ask. {@link Raft} holds what every role shares, {@link Election} decides
 * on votes, {@link Following} takes what a leader sends, {@link Leadership} is the volatile state of a leader's one term.
 */
public final class RaftNode {
    final Raft raft;

    /** Starts from what the journal held. */
    public RaftNode(RaftConfig config, RecoveredLog recovered, RandomGenerator random, Now now) {
        this.raft = new Raft(config, recovered, random, now);
    }

    /** Takes one input and answers all that follows from it. */
    public Outputs step(Now at, Input input) {
        raft.now = at;
        raft.out = new Outputs();
        if (raft.halted) {
            if (input instanceof Input.Read read) {
                raft.out.refuseRead(read.ticket());
            }
            return raft.out;
        }
        raft.following.commitRecovered();
        dispatch(input);
        if (raft.leadership.isPresent()) {
            raft.leadership.get().proceed();
        }
        raft.following.proceed();
        raft.trimLog();
        raft.out.write = raft.halted ? Optional.empty() : raft.wal.next(raft.commitIndex, raft.now.nanos());
        return raft.out;
    }

    private void dispatch(Input input) {
        if (input instanceof Input.Received received) {
            receive(received.message());
        } else if (input instanceof Input.Propose propose) {
            if (raft.leadership.isPresent()) {
                raft.leadership.get().propose(propose.timestamp(), propose.payload());
            }
        } else if (input instanceof Input.Read read) {
            if (raft.leadership.isPresent()) {
                raft.leadership.get().read(read.ticket());
            } else {
                raft.out.refuseRead(read.ticket());
            }
        } else if (input instanceof Input.Durable durable) {
            raft.wal.durable(durable.number(), raft.out);
            raft.election.durable();
        } else if (input instanceof Input.Tick tick) {
            raft.leadership.ifPresent(it -> it.tick(tick.patienceNanos()));
            raft.election.tick(tick.patienceNanos());
        } else if (input instanceof Input.Unreachable hint) {
            raft.reachable(hint.site(), false);
            raft.election.unreachable(hint.site());
        } else if (input instanceof Input.Reachable hint) {
            raft.reachable(hint.site(), true);
        } else if (input instanceof Input.Nudge) {
            raft.leadership.ifPresent(Leadership::wake);
            raft.following.nudge();
        } else if (input instanceof Input.Room changed) {
            raft.room = changed;
            raft.health(raft.health.withFull(changed.full()));
        } else if (input instanceof Input.StorageSlow changed) {
            raft.health(raft.health.withStorageSlow(changed.slow()));
        } else if (input instanceof Input.Late changed) {
            raft.health = raft.health.withLate(changed.late());
        } else if (input instanceof Input.Transfer transfer) {
            raft.leadership.ifPresent(it -> it.transfer(transfer.to()));
        } else if (input instanceof Input.ImageEncoded image) {
            raft.leadership.ifPresent(it -> it.imageEncoded(image));
        } else if (input instanceof Input.ImageNotEncoded) {
            raft.leadership.ifPresent(Leadership::imageNotEncoded);
        } else if (input instanceof Input.ImageInstalled image) {
            raft.following.installed(image);
        } else if (input instanceof Input.ImageFailed image) {
            raft.following.imageFailed(image.index());
        } else if (input instanceof Input.StorageFailed) {
            raft.halt();
        }
    }

    private void receive(PeerMessage message) {
        if (message.from().equals(raft.config.self())
                || !raft.membership.identities().containsKey(message.from())) {
            return; // Misrouted, or from a site that holds no replica of this partition.
        }
        if (message.floors() != Floors.NONE) {
            raft.remember(message.floors());
        }
        if (message.term() > term() && revealsHigherTerm(message)) {
            raft.becomeFollower(message.term(), Optional.empty());
        }
        if (message instanceof PreVoteRequest request) {
            raft.leadership.ifPresent(Leadership::showLife);
            raft.following.committed(request);
            raft.election.preVoteRequested(request);
        } else if (message instanceof PreVoteResponse response) {
            raft.election.preVoteAnswered(response);
        } else if (message instanceof VoteRequest request) {
            raft.election.voteRequested(request);
        } else if (message instanceof VoteResponse response) {
            raft.election.voteAnswered(response);
        } else if (message instanceof AppendRequest request) {
            raft.following.append(request);
        } else if (message instanceof AppendResponse response) {
            if (raft.leadership.isPresent() && response.term() == term()) {
                raft.leadership.get().appendAnswered(response);
            }
        } else if (message instanceof ImageChunk chunk) {
            raft.following.imageChunk(chunk);
        } else if (message instanceof ImageAck ack) {
            raft.leadershipIn(ack.term()).ifPresent(it -> it.imageAnswered(ack));
        } else if (message instanceof TimeoutNow timeout && timeout.term() == term() && raft.role == Role.FOLLOWER) {
            raft.election.campaign(true);
        }
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

    // What the driver may ask at any time.

    /**
     * What to add to this leader's wall clock to have that of most sites; 0 if they differ by a second or less, or if it does not lead.
     *
     * @param at of this moment: the clock may have been set since the last step
     */
    public long wallCorrectionMillis(Now at) {
        return raft.wallCorrectionMillis(at);
    }

    /** The same for the timestamp of an entry: if it is not certain how far its clock is behind, it is taken no further forward than it was. */
    public long wallCorrectionForDatingMillis(Now at) {
        return raft.leadership.isPresent() ? raft.wallClocks.correctionForDatingMillis(at) : 0;
    }

    /** The same as {@link #wallCorrectionMillis}, if this leader has heard enough clocks to say that its own is right, or which one is wrong. */
    public OptionalLong wallFinding(Now at) {
        return raft.leadership.isPresent() && raft.wallClocks.conclusive()
                ? OptionalLong.of(raft.wallClocks.correctionMillis(at))
                : OptionalLong.empty();
    }

    /**
     * Whether {@link #wallFinding} rests on what was heard just now. What a silent leader has heard may be of before its machine was suspended, in which
     * time its monotonic clock stood still, and the clocks only seem to differ.
     */
    public boolean wallFindingFresh() {
        return !raft.quiesced && termBegun() && raft.leaderHoldsMajority();
    }

    /** Whether it leads, and an entry of its term is committed: it has heard a majority, and has applied all that was committed before. */
    public boolean termBegun() {
        return raft.leadership.isPresent() && raft.leadership.get().termBegun();
    }

    public Role role() {
        return raft.role;
    }

    public long term() {
        return raft.term();
    }

    public Optional<SiteId> leader() {
        return raft.leader;
    }

    public HardState hardState() {
        return raft.hardState();
    }

    public Membership membership() {
        return raft.membership;
    }

    public long commitIndex() {
        return raft.commitIndex;
    }

    public long commitTerm() {
        return raft.commitTerm();
    }

    public long lastIndex() {
        return raft.log.lastIndex();
    }

    public long durableIndex() {
        return raft.wal.durableIndex();
    }

    /** What the images take in memory that this replica sends to others. */
    public long imageBytes() {
        return raft.leadership.isPresent() ? raft.leadership.get().imageBytes() : 0;
    }

    /** Whether proposals are accepted: leader, an entry of its own term is committed, and no transfer is under way. */
    public boolean acceptsProposals() {
        return raft.leadership.isPresent() && raft.leadership.get().acceptsProposals();
    }

    /**
     * Whether this leader's next proposal is to wait for its journal, so that what comes meanwhile shares an entry with it.
     *
     * @param at of this moment
     * @param bytes the size of the next entry, at most
     */
    public boolean awaitsJournal(Now at, long bytes) {
        return raft.leadership.isPresent() && raft.leadership.get().awaitsJournal(at.nanos(), bytes);
    }

    /**
     * Whether this leader's node, or that of a follower that it hears, has no room for more data. A silent leader knows what was so when it
     * fell silent: an {@link Input.Nudge} lets it ask.
     */
    public boolean full() {
        return raft.room.full()
                || raft.leadership.isPresent() && raft.leadership.get().anyFull();
    }

    /** Whether reads wait for answers to heartbeats: those are not to be late. */
    public boolean readsWait() {
        return raft.leadership.isPresent() && raft.leadership.get().readsWait();
    }

    /** What the end of the log takes in memory, roughly. */
    public long logBytes() {
        return raft.log.bytes();
    }

    /** The term this replica leads, 0 if it does not lead. */
    public long leadingTerm() {
        return raft.leadership.isPresent() ? term() : 0;
    }

    /** Each follower's durable match index, as this leader knows it; empty if it does not lead. */
    public Optional<LeaderView> leaderView() {
        return raft.leadership.map(Leadership::view);
    }

    /** Up to here every voter holds the log durably, as this leader knows it; 0 if it does not lead. Cheap, for each step. */
    public long minimalVoterMatch() {
        return raft.leadership.isPresent() ? raft.leadership.get().minimalVoterMatch() : 0;
    }

    /** The state at the commit index holds everything acknowledged before this wall time; 0 if unknown. */
    public long asOfWallMillis() {
        return raft.leadership.isPresent() ? raft.leadership.get().asOfWallMillis() : raft.following.asOfWallMillis();
    }

    /**
     * What a snapshot must hold beside an image of this index and term, so that it stands for all journal writes given so far;
     * empty while those do not reach far enough.
     */
    public Optional<Written> written(long imageIndex, long imageTerm) {
        long needed = raft.following.installing() ? raft.log.lastIndex() : imageIndex;
        // What is committed may be so in a term that is not written yet: who knows of an admission is in its term.
        boolean inThisTerm = raft.wal.writtenHardState().term() == term();
        if (!raft.wal.covers(needed) || !inThisTerm) {
            return Optional.empty();
        }
        boolean fits = raft.log.knows(imageIndex) && raft.log.termAt(imageIndex) == imageTerm;
        List<Entry> tail = fits ? raft.log.after(imageIndex) : List.of();
        int written = (int) Math.max(0, Math.min(tail.size(), raft.wal.writtenIndex() - imageIndex));
        return Optional.of(new Written(raft.wal.writtenHardState(), tail.subList(0, written)));
    }

    /** The hard state and the end of the log as the journal has them once the writes given so far are durable. */
    public record Written(HardState hardState, List<Entry> tail) {}

    /** False while the replica is silent: then no tick changes anything. */
    public boolean needsTicks() {
        return !raft.quiesced && !raft.halted;
    }

    /**
     * The monotonic time in nanoseconds by which this replica wants its next tick, {@link Long#MAX_VALUE} if it wants none. Earlier ones do no harm: a
     * leader does with them what it would do a little later, everybody else does nothing. To be asked again after each step: it may have come nearer.
     */
    public long nextTickNanos() {
        if (!needsTicks()) {
            return Long.MAX_VALUE;
        }
        return raft.leadership.isPresent() ? raft.leadership.get().nextTickNanos() : raft.election.nextTickNanos();
    }
}
