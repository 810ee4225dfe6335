package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static io.holdfast.core.raft.Lone.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who stands for election when several want to: split votes cost an election timeout. */
class StandingTest {
    /** "a" has heard nothing of its leader b for long, and asks whether it may be elected. */
    private static Lone standing(SiteId... order) {
        var lone = Lone.recovered(Lone.preferring(order), 5, Optional.of(B), 1, 5, 5);
        lone.tickAfter(LEASE + 2 * ELECTION);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        return lone;
    }

    private static PreVoteResponse answer(Lone lone, PreVoteRequest request) {
        lone.receive(request);
        return lone.answered(PreVoteResponse.class).get(0);
    }

    @Test
    void withTheSameLogTheLaterInTheOrderOfPreferenceStandsBack() {
        var lone = standing(B, C, A);

        assertThat(answer(lone, new PreVoteRequest(C, 1, 6, 2, 5, 0, 0, Floors.NONE))
                        .granted())
                .isTrue();

        assertThat(lone.node.role()).isEqualTo(Role.FOLLOWER);
        lone.receive(new PreVoteResponse(B, 1, 6, true, 0, Floors.NONE));
        assertThat(lone.node.term()).isEqualTo(5);
    }

    @Test
    void withTheSameLogTheEarlierInTheOrderOfPreferenceGoesOn() {
        var lone = standing(A, B, C);

        assertThat(answer(lone, new PreVoteRequest(C, 1, 6, 2, 5, 0, 0, Floors.NONE))
                        .granted())
                .isFalse();

        lone.receive(new PreVoteResponse(B, 1, 6, true, 0, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void whoHasLessInItsLogStandsBack() {
        var lone = standing(A, B, C);

        assertThat(answer(lone, new PreVoteRequest(C, 1, 6, 3, 5, 0, 0, Floors.NONE))
                        .granted())
                .isTrue();

        assertThat(lone.node.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void whoDoesNotStandGrantsWhatTheLogAllows() {
        var lone = standing(A, B, C);
        lone.receive(lone.append(B, 5, 2, 5, 2));
        lone.millis += LEASE;

        assertThat(answer(lone, new PreVoteRequest(C, 1, 6, 2, 5, 0, 0, Floors.NONE))
                        .granted())
                .isTrue();
    }

    @Test
    void afterAnAgreedSilenceAHintLetsTheLaterHeirWaitItsTurn() {
        var lone = standing(B, C, A);
        lone.receive(new PeerMessage.AppendRequest(B, 1, 5, 10_000, 2, 5, List.of(), 2, 0, true, Floors.NONE));
        lone.allDurable();
        assertThat(lone.node.needsTicks()).isFalse();
        lone.millis += 100 * ELECTION;
        int asked = lone.sentOf(PreVoteRequest.class).size();

        lone.step(new Input.Unreachable(B));
        assertThat(lone.sentOf(PreVoteRequest.class)).hasSize(asked);

        lone.tickAfter(ELECTION / 2);
        assertThat(lone.sentOf(PreVoteRequest.class)).hasSize(asked + 2);
    }

    /** B would vote for "a" in the next term, which it therefore stands in; its own vote is durable. */
    private static void stand(Lone lone) {
        lone.receive(new PreVoteResponse(B, 1, lone.node.term() + 1, true, 0, Floors.NONE));
        lone.allDurable();
        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);
    }

    private static void assertThatNobodyIsElectedBy(VoteResponse vote, Lone lone) {
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        lone.receive(vote);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
    }

    /** "a" stands in term 6, and its timer has run out before anybody's vote came: it asks again. */
    private static Lone askingAgain() {
        var lone = standing(A, B, C);
        stand(lone);
        lone.tickAfter(ELECTION);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        return lone;
    }

    @Test
    void aVoteThatComesAfterTheTimerHasRunOutElects() {
        var lone = askingAgain();

        lone.receive(new VoteResponse(B, 1, 6, true, Floors.NONE));

        assertThat(lone.node.role()).isEqualTo(Role.LEADER);
        assertThat(lone.node.term()).isEqualTo(6);
    }

    @Test
    void aVoteOfItsOwnThatIsDurableLateCounts() {
        var lone = standing(A, B, C);
        lone.receive(new PreVoteResponse(B, 1, 6, true, 0, Floors.NONE));
        lone.tickAfter(ELECTION);
        lone.receive(new VoteResponse(B, 1, 6, true, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);

        lone.allDurable();

        assertThat(lone.node.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aVoteOfAnEarlierTermElectsNobody() {
        var lone = askingAgain();
        stand(lone);
        lone.tickAfter(2 * ELECTION);
        assertThat(lone.node.term()).isEqualTo(7);

        assertThatNobodyIsElectedBy(new VoteResponse(B, 1, 6, true, Floors.NONE), lone);
    }

    @Test
    void whoStoodBackIsNotElectedByALateVote() {
        var lone = askingAgain();
        lone.receive(new PreVoteRequest(C, 1, 7, 3, 5, 0, 0, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.FOLLOWER);
        lone.tickAfter(ELECTION);

        assertThatNobodyIsElectedBy(new VoteResponse(B, 1, 6, true, Floors.NONE), lone);
    }

    @Test
    void aVoteForItselfBeforeARestartElectsNobody() {
        var lone = Lone.recovered(Lone.preferring(A, B, C), 5, Optional.of(A), 1, 5, 5);
        lone.tickAfter(LEASE + 2 * ELECTION);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);

        lone.receive(new VoteResponse(B, 1, 5, true, Floors.NONE));
        lone.receive(new VoteResponse(C, 1, 5, true, Floors.NONE));

        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
    }

    @Test
    void whoHasLedATermIsNotElectedInItAgain() {
        var lone = askingAgain();
        lone.receive(new VoteResponse(B, 1, 6, true, Floors.NONE));
        lone.tickAfter(ELECTION + 1);
        assertThat(lone.node.role()).as("no majority heard").isEqualTo(Role.FOLLOWER);
        lone.tickAfter(ELECTION);

        assertThatNobodyIsElectedBy(new VoteResponse(C, 1, 6, true, Floors.NONE), lone);
    }

    @Test
    void eachElectionThatComesToNothingLengthensTheNext() {
        var lone = standing(A, B, C);
        for (long patience : new long[] {1, 2, 4, 8, 8}) {
            stand(lone);
            lone.tickAfter(patience * ELECTION - 1);
            assertThat(lone.node.role()).as("%d", patience).isEqualTo(Role.CANDIDATE);
            lone.tickAfter(1);
            assertThat(lone.node.role()).as("%d", patience).isEqualTo(Role.PRE_CANDIDATE);
        }
        lone.receive(lone.append(B, 20, 2, 5, 2));
        lone.allDurable();
        lone.tickAfter(ELECTION);
        stand(lone);
        lone.tickAfter(ELECTION);
        assertThat(lone.node.role()).as("a leader was heard between").isEqualTo(Role.PRE_CANDIDATE);
    }

    @Test
    void noOtherElectionBeginsWhileItsOwnVoteIsNotDurable() {
        var lone = standing(A, B, C);
        lone.receive(new PreVoteResponse(B, 1, 6, true, 0, Floors.NONE));
        lone.tickAfter(10 * ELECTION);
        lone.receive(new PreVoteResponse(B, 1, 7, true, 0, Floors.NONE));
        assertThat(lone.node.term()).isEqualTo(6);
        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);

        lone.allDurable();
        lone.receive(new VoteResponse(B, 1, 6, true, Floors.NONE));

        assertThat(lone.node.role()).isEqualTo(Role.LEADER);
    }

    /** C has lost its storage, and the new one has been admitted: what the old life granted is still on its way. */
    private static Lone standingAfterAnAdmission() {
        var recovered = new RecoveredLog(
                new HardState(5, Optional.of(B), 1),
                Lone.genesis().admit(C, 2),
                0,
                0,
                List.of(Lone.entries(1, 5, 5)),
                2);
        var lone = new Lone(Lone.preferring(A, B, C), recovered);
        lone.tickAfter(LEASE + 2 * ELECTION);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        return lone;
    }

    @Test
    void aPreVoteOfTheOldLifeDoesNotCountOnceTheNewOneIsAdmitted() {
        var lone = standingAfterAnAdmission();

        lone.receive(new PreVoteResponse(C, 1, 6, true, 0, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        assertThat(lone.node.term()).isEqualTo(5);

        lone.receive(new PreVoteResponse(C, 2, 6, true, 0, Floors.NONE));
        assertThat(lone.node.role()).as("the new one's does").isEqualTo(Role.CANDIDATE);
    }

    @Test
    void aVoteOfTheOldLifeDoesNotCountOnceTheNewOneIsAdmitted() {
        var lone = standingAfterAnAdmission();
        stand(lone);

        lone.receive(new VoteResponse(C, 1, 6, true, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);
        assertThat(lone.node.leadingTerm()).isZero();

        lone.receive(new VoteResponse(C, 2, 6, true, Floors.NONE));
        assertThat(lone.node.role()).as("the new one's does").isEqualTo(Role.LEADER);
    }

    @Test
    void aStrangersVoteAndPreVoteDoNotCountBeforeItIsAdmitted() {
        var lone = standing(A, B, C);
        lone.receive(new PreVoteResponse(C, 2, 6, true, 0, Floors.NONE));
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        stand(lone);

        lone.receive(new VoteResponse(C, 2, 6, true, Floors.NONE));

        assertThat(lone.node.role()).isEqualTo(Role.CANDIDATE);
    }
}
