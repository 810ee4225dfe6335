package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The volatile state of a leader in its one term: how far followers are, what is committed, who takes over. */
final class Leadership {
    /** Enough for those that were asleep to hear one, to answer it, and for the next to end their doubts. */
    private static final int SIGNS_OF_LIFE = 4;
    /**
     * The next entry waits for the journal for this part of a heartbeat's interval, 25 ms of 50, whatever the others do: where all are late for want of a
     * processor, more and smaller entries would make them later.
     */
    private static final int JOURNAL_PATIENCE = 2;

    private final Raft raft;
    private final Replication replication;
    private final ImageTransfers images;
    private final Confirmation confirmation;
    private final HandOver handOver;
    /** The first entry of this term. Until it is committed the leader may not know what is (Raft, section 8). */
    private final long termStartIndex;

    private final AdmissionLevel admissionLevel;
    /** Identities that others have replaced in this term: as many as storages were lost in it. */
    private final Set<Long> replaced = new HashSet<>();

    private Optional<TransferTarget> transfer = Optional.empty();
    private long pendingAdmission;
    private long lastActivityNanos;
    private long lastTickNanos;

    /** @param againNanos when the target is told once more: the message may have been lost */
    private record TransferTarget(SiteId to, long deadlineNanos, long againNanos) {
        TransferTarget told(long next) {
            return new TransferTarget(to, deadlineNanos, next);
        }
    }

    Leadership(Raft raft) {
        this.raft = raft;
        this.termStartIndex = raft.log.lastIndex() + 1;
        this.admissionLevel = new AdmissionLevel(raft.config.electionTimeoutNanos(), termStartIndex, raft.now.nanos());
        var followers = new Followers(raft);
        this.confirmation = new Confirmation(raft, followers);
        this.images = new ImageTransfers(raft, followers);
        this.replication = new Replication(raft, followers, confirmation, images);
        this.handOver = new HandOver(raft, followers);
        this.lastActivityNanos = raft.now.nanos();
        this.lastTickNanos = raft.now.nanos();
        append(Entry.Kind.NOOP, 0, Bytes.EMPTY);
    }

    private void append(Entry.Kind kind, long timestamp, Bytes payload) {
        raft.log.append(new Entry(raft.term(), raft.log.lastIndex() + 1, timestamp, kind, payload));
    }

    boolean acceptsProposals() {
        return termBegun() && transfer.isEmpty();
    }

    /** Not for a journal that has been writing for long, where others have committed everything without it, as long as one more write will do for all that it then lacks. */
    boolean awaitsJournal(long nowNanos, long bytes) {
        if (!raft.wal.inFlight()) {
            return false;
        }
        boolean slow = raft.wal.inFlightNanos(nowNanos) >= raft.config.heartbeatNanos() / JOURNAL_PATIENCE;
        return !slow || raft.commitIndex < raft.log.lastIndex() || !raft.wal.mayTakeBesides(bytes);
    }

    boolean termBegun() {
        return raft.commitIndex >= termStartIndex;
    }

    void propose(long timestamp, Bytes payload) {
        if (acceptsProposals()) {
            wake();
            append(Entry.Kind.COMMANDS, timestamp, payload);
            raft.out.proposed = OptionalLong.of(raft.log.lastIndex());
        }
    }

    void read(long ticket) {
        confirmation.read(ticket);
        wake();
    }

    /**
     * Somebody asks a silent leader whether it lives. The answer takes a few heartbeats, not as many as after a request: when a site comes back, or
     * seems to be lost for a moment, this is asked of all partitions at once.
     */
    void showLife() {
        if (raft.quiesced) {
            wake();
            long needed = SIGNS_OF_LIFE * raft.config.heartbeatNanos();
            lastActivityNanos -= Math.max(0, raft.config.quiesceAfterNanos() - needed);
        }
    }

    /** Something happened: send heartbeats again. */
    void wake() {
        lastActivityNanos = raft.now.nanos();
        if (raft.quiesced) {
            raft.quiesced = false;
            lastTickNanos = raft.now.nanos();
            handOver.wake();
            // The silence was agreed upon, so nobody is late yet.
            replication.forgiveSilence();
            replication.heartbeat(false);
        }
    }

    void appendAnswered(AppendResponse response) {
        if (response.stamp() == 0) {
            showLife(); // The follower woke up before us.
        }
        replication.answered(response);
        raft.wallClocks.heard(response, raft.now);
        admitStranger(response);
    }

    /**
     * A replica with a new identity that holds what was committed a while ago may vote again. One admission at a time, so that
     * two majorities never differ in more than one identity (Raft dissertation, section 4.1). Not one that another has replaced in this term: its
     * answers may come late, while answers to earlier terms' leaders count for nobody.
     */
    private void admitStranger(AppendResponse response) {
        boolean stranger = !replication.isVoter(response.from()) && !replaced.contains(response.identity());
        boolean mayAdmit = acceptsProposals() && pendingAdmission <= raft.commitIndex;
        if (stranger && mayAdmit && admissionLevel.isReached(response.matchIndex())) {
            wake();
            replaced.add(raft.membership.identities().get(response.from()));
            append(Entry.Kind.ADMIT, 0, Membership.encodeAdmission(response.from(), response.identity()));
            pendingAdmission = raft.log.lastIndex();
        }
    }

    void imageAnswered(ImageAck ack) {
        images.answered(ack);
    }

    void imageEncoded(Input.ImageEncoded image) {
        images.encoded(image);
    }

    void imageNotEncoded() {
        images.notEncoded();
    }

    long imageBytes() {
        return images.bytes();
    }

    void transfer(SiteId to) {
        if (replication.isVoter(to) && transfer.isEmpty() && termBegun()) {
            wake();
            long now = raft.now.nanos();
            transfer = Optional.of(new TransferTarget(to, now + raft.config.electionTimeoutNanos(), now));
        }
    }

    /** Storage failed here: whoever is furthest may take over at once. */
    void abdicate() {
        confirmation.dropLease();
        replication.furthestVoter().ifPresent(this::sendTimeoutNow);
    }

    private void sendTimeoutNow(SiteId to) {
        // The voters' promises do not bind in the election that this starts, and the message may arrive at any later
        // time:
        // from here on no lease counts in this term, also if the transfer comes to nothing.
        confirmation.dropLease();
        raft.send(to, new TimeoutNow(raft.config.self(), raft.identity(), raft.term()));
    }

    void tick(long patienceNanos) {
        if (raft.quiesced) {
            return;
        }
        lastTickNanos = raft.now.nanos();
        if (!replication.heardMajority(patienceNanos)) {
            raft.becomeFollower(raft.term(), Optional.empty()); // CheckQuorum (Raft dissertation, section 6.2).
            return;
        }
        if (transfer.isPresent() && raft.now.nanos() >= transfer.get().deadlineNanos()) {
            transfer = Optional.empty();
        }
        admissionLevel.tick(raft.now.nanos(), raft.commitIndex);
        if (acceptsProposals()) {
            handOver.next(patienceNanos).ifPresent(this::transfer);
        }
        replication.tick();
        quiesceIfIdle();
    }

    /** This node's is, from now on. */
    void storageSlow() {
        handOver.storageSlow();
    }

    /** As often as heartbeats, also while entries go in their place: all else that a leader does at its time need not be more exact. */
    long nextTickNanos() {
        return lastTickNanos + raft.config.heartbeatNanos();
    }

    private void quiesceIfIdle() {
        boolean idle = raft.now.nanos() - lastActivityNanos >= raft.config.quiesceAfterNanos();
        boolean settled = raft.commitIndex == raft.log.lastIndex()
                && raft.wal.durableIndex() == raft.log.lastIndex()
                && !confirmation.readsWait()
                && transfer.isEmpty()
                && !handOver.pending();
        if (idle && settled && replication.allCaughtUp()) {
            replication.heartbeat(true);
            raft.quiesced = true;
        }
    }

    /** Runs at the end of each step. */
    void proceed() {
        advanceCommit();
        if (transfer.isPresent()) {
            proceedTransfer(transfer.get());
        }
        replication.proceed();
        confirmation.proceed(termBegun());
        if (confirmation.roundWanted()) {
            replication.heartbeat(false);
        }
    }

    private void proceedTransfer(TransferTarget target) {
        boolean level = replication.matchOf(target.to()) == raft.log.lastIndex();
        if (level && raft.now.nanos() >= target.againNanos()) {
            transfer = Optional.of(target.told(raft.now.nanos() + raft.config.heartbeatNanos()));
            sendTimeoutNow(target.to());
        }
    }

    /** Only an entry of the leader's own term is committed by counting; older ones with it (Raft, section 5.4.2). */
    private void advanceCommit() {
        long majority = replication.majorityMatch();
        if (majority > raft.commitIndex && raft.log.termAt(majority) == raft.term()) {
            raft.commitTo(majority);
            lastActivityNanos = raft.now.nanos();
        }
    }

    void end() {
        confirmation.refuseAll();
    }

    boolean holdsMajority() {
        return raft.quiesced || replication.heardMajority(0);
    }

    boolean readsWait() {
        return confirmation.readsWait();
    }

    boolean anyFull() {
        return replication.anyFull();
    }

    long asOfWallMillis() {
        return confirmation.asOfWallMillis();
    }

    long logBytesWorthKeeping(long tailBytes) {
        return images.logBytesWorthKeeping(tailBytes);
    }

    long neededFrom() {
        return images.neededFrom();
    }

    long minimalVoterMatch() {
        return replication.minimalVoterMatch();
    }

    LeaderView view() {
        check(raft.role == Role.LEADER, "view of a leader asked from a %s", raft.role);
        Map<SiteId, Long> matches = replication.matches();
        return new LeaderView(matches, replication.heard(), replication.storageSlow(), replication.worseConnected());
    }
}
