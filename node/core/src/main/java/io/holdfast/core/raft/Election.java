package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Votes and timers. Elections are held in two rounds: a pre-vote, which binds nobody, and the vote proper. After each
 * message of a leader a voter promises its vote to nobody else for the lease's duration; that promise is what makes the
 * leader's lease safe (Raft dissertation, section 6.4.1), and it binds the voter's vote for itself as well.
 */
final class Election {
    /**
     * Each election that comes to nothing doubles the time for the next, up to eight times: on a machine so busy that disk and network
     * together take longer than the timer nobody would ever be elected else.
     */
    private static final int MOST_DOUBLINGS = 3;

    private final Raft raft;
    private final Set<SiteId> preVotes = new HashSet<>();
    private final Set<SiteId> votes = new HashSet<>();
    /** The term that this replica stands in, since it last followed anybody; 0 for none. */
    private long standingIn;
    /** Elections that it began since it last heard or became a leader. */
    private int campaigns;

    private long deadline;
    private long promisedUntil;

    Election(Raft raft) {
        this.raft = raft;
    }

    /** A promise made before a crash is forgotten, so a replica that ran before keeps silent for as long as one can last. */
    void started(boolean fresh) {
        long now = raft.now.nanos();
        promisedUntil = fresh ? now : now + raft.config.leaseNanos();
        long rank = raft.config.preference().indexOf(raft.config.self());
        deadline = promisedUntil + rank * raft.config.electionTimeoutNanos() / 2 + random() / 4;
    }

    /** Follows somebody, or nobody: whatever votes are still on their way elect nobody here. */
    void standDown() {
        standingIn = 0;
        resetTimer();
    }

    void resetTimer() {
        resetTimer(raft.config.electionTimeoutNanos());
    }

    private void resetTimer(long leastNanos) {
        deadline = raft.now.nanos() + leastNanos + random();
    }

    private long random() {
        return raft.random.nextLong(raft.config.electionTimeoutNanos());
    }

    /** A leader was heard. */
    void promise() {
        campaigns = 0;
        promisedUntil = raft.now.nanos() + raft.config.leaseNanos();
    }

    private boolean promised() {
        return raft.now.nanos() < promisedUntil;
    }

    /** Whoever installs an image waits for its own disk alone. */
    long nextTickNanos() {
        return raft.following.installing() ? Long.MAX_VALUE : deadline;
    }

    void tick(long patienceNanos) {
        boolean mayAsk = raft.role != Role.LEADER && !raft.following.installing();
        if (!mayAsk || raft.quiesced || raft.now.nanos() < deadline + patienceNanos) {
            return;
        }
        if (raft.role == Role.LEARNER) {
            // It wants no votes: the question wakes a silent leader, who does not know that somebody waits to be
            // rebuilt.
            resetTimer();
            sendPreVoteRequests();
        } else {
            askWhetherElectable();
        }
    }

    /**
     * A hint that the leader's site is lost. The first site in the order of preference is its natural heir and asks at once;
     * the others wait their turn. If the hint is wrong, promises and the pre-vote keep the leader in place.
     */
    void unreachable(SiteId site) {
        if (raft.role == Role.LEADER || raft.role == Role.LEARNER || !raft.leader.equals(Optional.of(site))) {
            return;
        }
        if (raft.quiesced) {
            // The timer stood still in the agreed silence. As one that ran out long ago it would let all heirs ask at
            // once.
            raft.quiesced = false;
            resetTimer();
        }
        List<SiteId> heirs =
                raft.config.preference().stream().filter(it -> !it.equals(site)).toList();
        long rank = heirs.indexOf(raft.config.self());
        // Counted from the promise's end, else an early hint would let all ask at once and split the votes.
        long first = Math.max(raft.now.nanos(), promisedUntil);
        deadline = Math.min(deadline, first + rank * raft.config.electionTimeoutNanos() / 2);
        tick(0);
    }

    private void askWhetherElectable() {
        if (promised()) {
            deadline = promisedUntil;
            return;
        }
        if (stands() && !raft.wal.hardStateDurable()) {
            resetTimer(); // Its own disk keeps the election waiting: another term would only wait behind this one.
            return;
        }
        raft.role = Role.PRE_CANDIDATE;
        raft.leader = Optional.empty();
        preVotes.clear();
        preVotes.add(raft.config.self());
        resetTimer();
        sendPreVoteRequests();
        if (isMajority(preVotes)) {
            campaign(false);
        }
    }

    private void sendPreVoteRequests() {
        for (SiteId other : others()) {
            raft.sendWhenDurable(
                    other,
                    new PreVoteRequest(
                            raft.config.self(),
                            raft.identity(),
                            raft.term() + 1,
                            raft.log.lastIndex(),
                            raft.log.lastTerm(),
                            raft.commitIndex,
                            raft.commitTerm(),
                            raft.floors));
        }
    }

    /** Starts the election proper. The requests leave only when the new term and the vote for itself are durable. */
    void campaign(boolean forTransfer) {
        if (!raft.isVoter() || raft.following.installing()) {
            return;
        }
        raft.role = Role.CANDIDATE;
        raft.leader = Optional.empty();
        raft.quiesced = false;
        votes.clear();
        raft.wal.setHardState(new HardState(raft.term() + 1, Optional.of(raft.config.self()), raft.identity()));
        standingIn = raft.term();
        raft.following.termChanged();
        resetTimer(raft.config.electionTimeoutNanos() << Math.min(campaigns, MOST_DOUBLINGS));
        campaigns++;
        for (SiteId other : others()) {
            raft.sendWhenDurable(
                    other,
                    new VoteRequest(
                            raft.config.self(),
                            raft.identity(),
                            raft.term(),
                            raft.log.lastIndex(),
                            raft.log.lastTerm(),
                            forTransfer,
                            raft.floors));
        }
    }

    /** The vote for itself counts when it is durable. */
    void durable() {
        if (stands() && raft.wal.hardStateDurable()) {
            voted(raft.config.self());
        }
    }

    /**
     * Also while it asks again, its timer having run out: the answers to its vote requests may still come, and are worth as much, until it
     * follows anybody or begins another election.
     */
    private boolean stands() {
        boolean asks = raft.role == Role.CANDIDATE || raft.role == Role.PRE_CANDIDATE;
        return asks && standingIn == raft.term();
    }

    private void voted(SiteId voter) {
        votes.add(voter);
        if (isMajority(votes)) {
            campaigns = 0;
            raft.becomeLeader();
        }
    }

    /**
     * A replica that was rebuilt may have been admitted without having heard of it. Whoever asks for its vote knows, and counts
     * it only if so: who has applied an admission stands in terms above it, where the lost storage's vote elects nobody
     * (docs/protocol.md, section 9). One that has nothing yet cannot have been admitted.
     */
    private boolean mayVote() {
        return raft.isVoter() || raft.log.lastIndex() > 0;
    }

    /** It does not know yet what it is told with the answer. */
    private boolean hasForgotten(PeerMessage request, long lastIndex) {
        return raft.floors.of(request.from()).isAbove(request.identity(), lastIndex);
    }

    void preVoteRequested(PreVoteRequest request) {
        if (!mayVote()) {
            return;
        }
        // After an agreed silence a leader that nobody has heard is not a dead one: wake it and let the candidate ask
        // again.
        boolean silence = raft.quiesced && raft.leader.isPresent();
        if (silence) {
            raft.following.nudge();
        }
        boolean behind = request.term() <= raft.term();
        boolean leaderLives = raft.leaderHoldsMajority();
        boolean electable = raft.log.isUpToDate(request.lastIndex(), request.lastTerm())
                && !hasForgotten(request, request.lastIndex());
        boolean grant = !behind && !leaderLives && !silence && !promised() && electable && yieldsTo(request);
        if (grant && raft.role == Role.PRE_CANDIDATE) {
            raft.becomeFollower(raft.term(), Optional.empty());
        }
        long retryAfter = silence ? 2 * raft.config.heartbeatNanos() : Math.max(0, promisedUntil - raft.now.nanos());
        raft.sendWhenDurable(
                request.from(),
                new PreVoteResponse(
                        raft.config.self(),
                        raft.identity(),
                        grant ? request.term() : raft.term(),
                        grant,
                        retryAfter,
                        raft.floors));
    }

    /**
     * Two that stand at the same time and grant each other's pre-vote would split the votes and lose an election timeout: the
     * one with less in its log stands back, or with the same log the later one in the order of preference. Not for one without a vote, which never stands:
     * with the same log both know that.
     */
    private boolean yieldsTo(PreVoteRequest request) {
        boolean sameLog = request.lastTerm() == raft.log.lastTerm() && request.lastIndex() == raft.log.lastIndex();
        List<SiteId> order = raft.config.preference();
        return raft.role != Role.PRE_CANDIDATE
                || !sameLog
                || countsAsVoter(request) && order.indexOf(request.from()) < order.indexOf(raft.config.self());
    }

    void preVoteAnswered(PreVoteResponse response) {
        if (raft.role != Role.PRE_CANDIDATE) {
            return;
        }
        if (response.granted() && response.term() == raft.term() + 1 && countsAsVoter(response)) {
            preVotes.add(response.from());
            if (isMajority(preVotes)) {
                campaign(false);
            }
        } else if (response.retryAfterNanos() > 0) {
            deadline = Math.min(deadline, raft.now.nanos() + response.retryAfterNanos() + random() / 16);
        }
    }

    void voteRequested(VoteRequest request) {
        boolean bound = promised() || raft.leaderHoldsMajority();
        if (request.term() > raft.term()) {
            if (bound && !request.transfer()) {
                return;
            }
            raft.becomeFollower(request.term(), Optional.empty());
        }
        // A promise outlives the term it was made in: the leader may hold its lease and not know of this term yet.
        boolean grant = request.term() == raft.term()
                && (!bound || request.transfer())
                && mayVote()
                && raft.leader.isEmpty()
                && raft.hardState().vote().map(request.from()::equals).orElse(true)
                && raft.log.isUpToDate(request.lastIndex(), request.lastTerm())
                && !hasForgotten(request, request.lastIndex());
        if (grant) {
            raft.wal.setHardState(new HardState(raft.term(), Optional.of(request.from()), raft.identity()));
            resetTimer();
        }
        raft.sendWhenDurable(
                request.from(), new VoteResponse(raft.config.self(), raft.identity(), raft.term(), grant, raft.floors));
    }

    void voteAnswered(VoteResponse response) {
        if (stands() && response.granted() && response.term() == raft.term() && countsAsVoter(response)) {
            raft.remember(response.from(), new Floor(response.identity(), response.term(), 0));
            voted(response.from());
        }
    }

    private boolean countsAsVoter(PeerMessage message) {
        return raft.membership.isVoter(message.from(), message.identity());
    }

    private boolean isMajority(Set<SiteId> sites) {
        return sites.size() >= raft.membership.quorum();
    }

    private List<SiteId> others() {
        return raft.membership.sites().stream()
                .filter(site -> !site.equals(raft.config.self()))
                .toList();
    }
}
