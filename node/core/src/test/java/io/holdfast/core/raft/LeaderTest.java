package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.core.Bytes;
import io.holdfast.core.Now;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a leader commits, sends and gives up. */
class LeaderTest {
    private final Lone leader = new Lone().elect();

    private void propose(int bytes) {
        leader.step(new Input.Propose(leader.millis, Bytes.wrap(new byte[bytes])));
    }

    private List<AppendRequest> sentTo(io.holdfast.core.SiteId site) {
        return leader.out.messages().stream()
                .filter(outgoing -> outgoing.to().equals(site))
                .map(Outgoing::message)
                .filter(AppendRequest.class::isInstance)
                .map(AppendRequest.class::cast)
                .toList();
    }

    @Test
    void commitsWhatAMajorityHoldsDurably() {
        propose(10);
        leader.receive(leader.matches(B, 1));
        assertThat(leader.node.commitIndex()).as("in nobody's journal").isEqualTo(1);

        leader.durable();
        assertThat(leader.node.commitIndex()).as("in its own journal alone").isEqualTo(1);

        leader.receive(leader.matches(C, 2));
        assertThat(leader.node.commitIndex()).isEqualTo(2);
        assertThat(leader.out.committed()).extracting(Entry::index).containsExactly(2L);
    }

    /** Raft, figure 8: an entry of an older term is committed only together with one of the leader's own. */
    @Test
    void neverCommitsAnOlderTermsEntryByCounting() {
        var late = Lone.recovered(3, Optional.empty(), 0, 2, 3);
        late.tickAfter(ELECTION + Lone.LEASE);
        late.receive(new PreVoteResponse(B, 1, 4, true, 0, Floors.NONE));
        late.durable();
        late.receive(new VoteResponse(B, 1, 4, true, Floors.NONE));
        late.allDurable();
        assertThat(late.node.leadingTerm()).isEqualTo(4);

        late.receive(late.matches(B, 2));
        late.receive(late.matches(C, 2));
        assertThat(late.node.commitIndex()).isZero();
        assertThat(late.node.acceptsProposals()).isFalse();

        late.receive(late.matches(B, 3));
        assertThat(late.node.commitIndex()).isEqualTo(3);
        assertThat(late.node.acceptsProposals()).isTrue();
    }

    @Test
    void anAnswerOfAnotherTermCountsNothing() {
        propose(10);
        leader.durable();
        var stale = new AppendResponse(
                B, 1, leader.node.term() - 1, 1, 1, 0, 0, 0, 2, new LogState.Matches(), NodeHealth.GOOD);

        leader.receive(stale);

        assertThat(leader.node.commitIndex()).isEqualTo(1);
    }

    @Test
    void messagesAreBoundedInBytesAndInNumber() {
        var small = new Lone(Lone.config(Lone.LEASE, 100, 2), RecoveredLog.empty(Lone.genesis(), 1)).elect();
        for (int i = 0; i < 10; i++) {
            small.step(new Input.Propose(small.millis, Bytes.wrap(new byte[20]))); // 52 bytes with its header
        }
        assertThat(small.sentOf(AppendRequest.class))
                .allMatch(request ->
                        request.entries().stream().mapToInt(Entry::size).sum() <= 104);
        long inFlight = small.sentOf(AppendRequest.class).stream()
                .filter(request ->
                        request.prevIndex() >= 1 && !request.entries().isEmpty())
                .count();
        assertThat(inFlight).as("two to each of two followers").isEqualTo(4);

        small.receive(small.matches(B, 3));

        assertThat(small.out.messages())
                .as("the window opens for b")
                .isNotEmpty()
                .allMatch(it -> it.to().equals(B));
    }

    /** Each of them goes alone, and may be as large as many others together. */
    @Test
    void largeEntriesCountByTheirBytes() {
        var small = new Lone(Lone.config(Lone.LEASE, 100, 10), RecoveredLog.empty(Lone.genesis(), 1)).elect();
        small.sent.clear();
        for (int i = 0; i < 10; i++) {
            small.step(new Input.Propose(small.millis, Bytes.wrap(new byte[300])));
        }
        assertThat(entriesSentTo(small))
                .as("no more when 1000 bytes are under way")
                .isEqualTo(2 * 4);

        small.step(new Input.Room(false, 200));
        small.receive(small.matches(B, small.node.lastIndex() - 7));
        assertThat(entriesSentTo(small))
                .as("the window is 200 bytes now, and one is under way")
                .isEqualTo(2 * 4);
        small.receive(small.matches(B, small.node.lastIndex() - 6));

        assertThat(entriesSentTo(small)).as("the next, alone").isEqualTo(2 * 4 + 1);
    }

    private static long entriesSentTo(Lone leader) {
        return leader.sentOf(AppendRequest.class).stream()
                .mapToLong(request -> request.entries().size())
                .sum();
    }

    @Test
    void anEntryLargerThanTheLimitGoesAlone() {
        propose(300_000);
        assertThat(sentTo(B)).singleElement().satisfies(it -> assertThat(it.entries())
                .hasSize(1));
    }

    @Test
    void lostEntriesAreSentAgainFromWhereTheFollowerSaysTheLogsMayAgree() {
        propose(10);
        propose(10);
        leader.tickAfter(50);
        leader.receive(new AppendResponse(B, 1, 1, 1, 1, 0, 0, 0, 1, new LogState.Conflict(3, 1), NodeHealth.GOOD));

        assertThat(sentTo(B)).singleElement().satisfies(request -> {
            assertThat(request.prevIndex()).isEqualTo(1);
            assertThat(request.entries()).extracting(Entry::index).containsExactly(2L, 3L);
        });
    }

    @Test
    void stepsDownWhenItHasNotHeardAMajorityForTheElectionTimeout() {
        leader.millis += ELECTION / 2;
        leader.receive(leader.matches(B, 1));
        leader.tickAfter(ELECTION);
        assertThat(leader.node.role()).isEqualTo(Role.LEADER);

        leader.tickAfter(1);

        assertThat(leader.node.role()).isEqualTo(Role.FOLLOWER);
        assertThat(leader.node.term()).as("without a new term").isEqualTo(1);
    }

    @Test
    void aPreVoteDoesNotDisturbIt() {
        leader.receive(new PreVoteRequest(C, 1, 2, 1_000, 1, 0, 0, Floors.NONE));

        assertThat(leader.node.role()).isEqualTo(Role.LEADER);
        assertThat(leader.sentOf(PreVoteResponse.class)).noneMatch(PreVoteResponse::granted);
        leader.receive(leader.asksForVote(C, 2, false));
        assertThat(leader.node.leadingTerm()).isEqualTo(1);
    }

    @Test
    void handsOverWhenTheTargetHasEverything() {
        propose(10);
        leader.step(new Input.Transfer(B));
        assertThat(leader.sentOf(TimeoutNow.class)).isEmpty();
        assertThat(leader.node.acceptsProposals()).isFalse();

        leader.receive(leader.matches(B, 2));

        assertThat(leader.sentOf(TimeoutNow.class)).containsExactly(new TimeoutNow(Lone.A, 1, 1));
        leader.receive(leader.asksForVote(B, 2, true));
        assertThat(leader.node.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void tellsTheTargetOnceAHeartbeatAndNotAtEachStep() {
        leader.step(new Input.Transfer(B));
        leader.receive(leader.matches(B, 1));
        for (int i = 0; i < 5; i++) {
            leader.receive(leader.matches(C, 1));
            leader.tick();
        }
        assertThat(leader.sentOf(TimeoutNow.class)).hasSize(1);

        leader.tickAfter(50);

        assertThat(leader.sentOf(TimeoutNow.class))
                .as("the first one may be lost")
                .hasSize(2);
    }

    @Test
    void goesOnIfTheTransferComesToNothing() {
        leader.step(new Input.Transfer(B));
        leader.millis += ELECTION / 2;
        leader.receive(leader.matches(C, 1));
        leader.tickAfter(ELECTION / 2);

        assertThat(leader.node.acceptsProposals()).isTrue();
    }

    @Test
    void aLateTimeoutNowIsHarmless() {
        var follower = Lone.recovered(5, Optional.of(B), 0, 4);
        follower.receive(follower.append(B, 5, 1, 4, 0));

        follower.receive(new TimeoutNow(C, 1, 4));
        assertThat(follower.node.term()).isEqualTo(5);

        follower.receive(new TimeoutNow(B, 1, 5));
        assertThat(follower.node.term()).isEqualTo(6);
        assertThat(follower.node.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void aFailedStorageHandsOverToTheFurthestAndStops() {
        propose(10);
        leader.receive(leader.matches(C, 2));

        leader.step(new Input.StorageFailed());

        assertThat(leader.out.messages()).containsExactly(new Outgoing(C, new TimeoutNow(Lone.A, 1, 1)));
        assertThat(leader.node.leadingTerm()).isZero();
        assertThat(leader.node.needsTicks()).isFalse();
        leader.receive(leader.asksForVote(C, 2, true));
        assertThat(leader.out.messages())
                .as("a replica without storage votes for nobody")
                .isEmpty();
        leader.step(new Input.Read(9));
        assertThat(leader.out.refusedReads()).containsExactly(9L);
    }

    @Test
    void aClockThatIsSetDuringASilenceIsCorrectedAtOnce() {
        leader.receive(leader.matches(B, 1));
        leader.receive(leader.matches(C, 1));
        assertThat(leader.node.wallFinding(leader.now())).hasValue(0);

        Now before = leader.now();
        long hour = 3_600_000;
        var later = new Now(before.nanos() + hour * Lone.MILLI, before.wallMillis() + hour + 600_000);

        assertThat(leader.node.wallCorrectionMillis(later)).isCloseTo(-600_000L, within(1_000L));
        assertThat(leader.node.wallFinding(later)).hasValue(leader.node.wallCorrectionMillis(later));
    }

    @Test
    void whatASilentLeaderHasHeardOfClocksIsNotFresh() {
        leader.receive(leader.matches(B, 1));
        leader.receive(leader.matches(C, 1));
        assertThat(leader.node.wallFindingFresh()).isTrue();

        leader.tickAfter(50);
        for (int rounds = 0; sentTo(B).stream().noneMatch(AppendRequest::quiesce); rounds++) {
            assertThat(rounds).as("rounds until it falls silent").isLessThan(3_000);
            leader.receive(leader.matches(B, 1));
            leader.receive(leader.matches(C, 1));
            leader.tickAfter(50);
        }
        assertThat(leader.node.wallFindingFresh()).isFalse();
        assertThat(leader.node.wallFinding(leader.now())).hasValue(0);
    }
}
