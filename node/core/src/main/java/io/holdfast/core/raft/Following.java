package io.holdfast.core.raft;

import static io.holdfast.core.InvariantViolation.check;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import java.util.Optional;

/**
 * Takes what a leader sends. Acknowledges only what is durable: an answer to a request with new entries waits for the
 * journal, an answer to a heartbeat goes at once, so that a slow disk does not look like a lost site.
 */
final class Following {
    private static final LogState MATCHES = new LogState.Matches();

    private final Raft raft;
    private final ImageReceiver receiver = new ImageReceiver();
    private final long recoveredCommitIndex;

    /** This log is the leader's up to here; durably only up to the write-ahead's durable index. */
    private long verifiedIndex;

    private long stamp;
    private long acknowledgedIndex;
    private boolean ackDue;
    private LogState logState = MATCHES;
    private Optional<Long> installing = Optional.empty();
    private boolean quiesceAfterAck;
    private long asOfWallMillis;

    Following(Raft raft, long recoveredCommitIndex) {
        this.raft = raft;
        this.recoveredCommitIndex = recoveredCommitIndex;
        this.verifiedIndex = raft.commitIndex;
    }

    boolean installing() {
        return installing.isPresent();
    }

    long asOfWallMillis() {
        return asOfWallMillis;
    }

    /** What is committed is in every leader's log; more than that must be found out anew in each term. */
    void termChanged() {
        verifiedIndex = raft.commitIndex;
        acknowledgedIndex = 0;
        stamp = 0;
        ackDue = false;
        quiesceAfterAck = false;
        // Another leader's log may fit where that of the last one did not; an image is installed in any case.
        logState = installing.<LogState>map(LogState.Installing::new).orElse(MATCHES);
    }

    /** A message of the present term's leader has come. Answers false if it is of an older term. */
    private boolean hear(PeerMessage message) {
        SiteId from = message.from();
        if (message.term() < raft.term()) {
            raft.sendWhenDurable(from, response(0, 0, MATCHES));
            return false;
        }
        check(raft.role != Role.LEADER, "two leaders in term %d: %s and %s", raft.term(), raft.config.self(), from);
        check(
                raft.leader.isEmpty() || raft.leader.get().equals(from),
                "two leaders in term %d: %s and %s",
                raft.term(),
                raft.leader,
                from);
        if (raft.role == Role.CANDIDATE || raft.role == Role.PRE_CANDIDATE) {
            raft.becomeFollower(raft.term(), Optional.of(from));
        }
        raft.leader = Optional.of(from);
        if (raft.hardState().vote().isEmpty()) {
            // Whoever accepts a leader votes for nobody else in the term, also after a restart: this closes the gap
            // that a
            // rebuilt replica, which has forgotten the old vote of its site, would leave (docs/protocol.md,
            // "Admission").
            raft.wal.setHardState(new HardState(raft.term(), Optional.of(from), raft.identity()));
        }
        raft.quiesced = false;
        raft.election.promise();
        raft.election.resetTimer();
        return true;
    }

    void append(AppendRequest request) {
        if (!hear(request)) {
            return;
        }
        stamp = Math.max(stamp, request.stamp());
        if (installing()) {
            logState = new LogState.Installing(installing.get());
            ackDue = true;
            return;
        }
        if (!fits(request)) {
            long hint = raft.log.lastIndexOfTermAtMost(
                    Math.min(request.prevIndex() - 1, raft.log.lastIndex()), request.prevTerm());
            logState = new LogState.Conflict(request.prevIndex(), Math.max(hint, raft.commitIndex));
            ackDue = true;
            return;
        }
        logState = MATCHES;
        boolean grew = appendNew(request);
        verifiedIndex =
                Math.max(verifiedIndex, request.prevIndex() + request.entries().size());
        raft.commitTo(Math.max(raft.commitIndex, Math.min(request.commitIndex(), verifiedIndex)));
        if (raft.commitIndex >= request.commitIndex()) {
            asOfWallMillis = Math.max(asOfWallMillis, request.asOfWallMillis());
        }
        // An older one that was overtaken speaks of a silence that has ended, or not begun.
        if (request.stamp() == stamp) {
            quiesceAfterAck = request.quiesce()
                    && verifiedIndex == raft.log.lastIndex()
                    && raft.commitIndex == raft.log.lastIndex();
        }
        ackDue |= !grew;
    }

    private boolean fits(AppendRequest request) {
        long prev = request.prevIndex();
        if (prev <= raft.log.baseIndex()) {
            return true; // The base is committed: every leader has it.
        }
        if (prev > raft.log.lastIndex()) {
            return false;
        }
        boolean same = raft.log.termAt(prev) == request.prevTerm();
        check(
                same || prev > raft.commitIndex,
                "leader %s of term %d does not have committed entry %d",
                request.from(),
                request.term(),
                prev);
        return same;
    }

    private boolean appendNew(AppendRequest request) {
        boolean grew = false;
        for (Entry entry : request.entries()) {
            if (entry.index() <= raft.commitIndex) {
                continue;
            }
            if (entry.index() <= raft.log.lastIndex()) {
                if (raft.log.termAt(entry.index()) == entry.term()) {
                    continue;
                }
                raft.log.truncateFrom(entry.index());
                raft.wal.truncatedFrom(entry.index());
            }
            raft.log.append(entry);
            grew = true;
        }
        if (grew) {
            receiver.forget();
        }
        return grew;
    }

    /** Runs before the first step's input: no message may meet this replica as if it did not know what is committed. */
    void commitRecovered() {
        if (recoveredCommitIndex > raft.commitIndex) {
            raft.commitTo(recoveredCommitIndex);
            verifiedIndex = recoveredCommitIndex;
        }
    }

    /**
     * Who asks for votes knows what is committed: so is what this log holds of it (log matching). Not if the candidate is in a later term: an admission
     * takes effect only in the term in which it was committed and later ones, for earlier ones knew the lost storage's votes (docs/protocol.md, section
     * 9). Its refusal of this replica's own question will tell that term. A leader knows better, and an image that is being installed replaces the log.
     */
    void committed(PreVoteRequest request) {
        long index = request.commitIndex();
        boolean news = index > raft.commitIndex && raft.role != Role.LEADER && !installing();
        boolean inThisTerm = request.term() - 1 <= raft.term();
        if (news && inThisTerm && raft.log.knows(index) && raft.log.termAt(index) == request.commitTerm()) {
            raft.commitTo(index);
            verifiedIndex = Math.max(verifiedIndex, index);
        }
    }

    /** Runs at the end of each step: answers the leader when an answer is due. */
    void proceed() {
        if (raft.leader.isEmpty() || raft.role == Role.LEADER || !raft.wal.hardStateDurable()) {
            return;
        }
        long match = Math.min(verifiedIndex, raft.wal.durableIndex());
        if (ackDue || match > acknowledgedIndex) {
            raft.send(raft.leader.get(), response(stamp, match, logState));
            acknowledgedIndex = match;
            ackDue = false;
        }
        if (quiesceAfterAck && match == raft.log.lastIndex()) {
            quiesceAfterAck = false;
            raft.quiesced = true;
        }
    }

    private AppendResponse response(long stampSeen, long matchIndex, LogState state) {
        return new AppendResponse(
                raft.config.self(),
                raft.identity(),
                raft.term(),
                stampSeen,
                raft.now.nanos(),
                raft.now.wallMillis(),
                raft.life,
                raft.config.leaseNanos(),
                matchIndex,
                state,
                raft.health);
    }

    /** Wakes a silent leader; if it is gone the timer that starts here will find out. */
    void nudge() {
        if (raft.quiesced && raft.role != Role.LEADER) {
            raft.quiesced = false;
            raft.election.resetTimer();
            raft.leader.ifPresent(leader -> raft.sendWhenDurable(leader, response(0, 0, MATCHES)));
        }
    }

    void imageChunk(ImageChunk chunk) {
        if (!hear(chunk)) {
            return;
        }
        long index = chunk.imageIndex();
        if (index <= raft.commitIndex || installing()) {
            ackDue = true;
            acknowledge(chunk, chunk.count());
            return;
        }
        int next = receiver.take(chunk);
        acknowledge(chunk, next);
        receiver.complete().ifPresent(bytes -> {
            installing = Optional.of(index);
            raft.out.imageReceived = Optional.of(new Outputs.ReceivedImage(index, chunk.imageTerm(), bytes));
        });
    }

    private void acknowledge(ImageChunk chunk, int next) {
        raft.sendWhenDurable(
                chunk.from(), new ImageAck(raft.config.self(), raft.identity(), raft.term(), chunk.imageIndex(), next));
    }

    void installed(Input.ImageInstalled image) {
        check(installing.equals(Optional.of(image.index())), "image %d was not being installed", image.index());
        check(image.index() > raft.commitIndex, "image %d is behind commit index %d", image.index(), raft.commitIndex);
        installing = Optional.empty();
        raft.log.installed(image.index(), image.term());
        raft.wal.installed();
        raft.commitIndex = image.index();
        raft.membership = image.membership();
        raft.membershipChanged();
        verifiedIndex = Math.max(verifiedIndex, image.index());
        logState = MATCHES;
        ackDue = true;
        raft.election.resetTimer();
    }

    void imageFailed(long index) {
        if (installing.equals(Optional.of(index))) {
            installing = Optional.empty();
            logState = MATCHES;
            ackDue = true;
        }
    }
}
