package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static io.holdfast.core.raft.Lone.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A voter promises its vote to nobody else for the lease's duration after each message of a leader. */
class PromiseTest {
    private static Lone promisedToB() {
        var voter = Lone.recovered(5, Optional.of(B), 1, 5);
        voter.millis += LEASE; // The promise that it may have made before its start is over.
        voter.receive(voter.append(B, 5, 1, 5, 1));
        voter.allDurable();
        return voter;
    }

    @Test
    void aRequestOfAHigherTermChangesNothingWhileThePromiseHolds() {
        var voter = promisedToB();

        voter.receive(voter.asksForVote(C, 6, false));

        assertThat(voter.node.term()).isEqualTo(5);
        assertThat(voter.out.messages()).isEmpty();
    }

    @Test
    void thePromiseHoldsAlsoInAHigherTermThatItHeardOfOtherwise() {
        var voter = promisedToB();
        // An answer to something that it asked long ago tells it of term 6.
        voter.receive(new VoteResponse(C, 1, 6, false, Floors.NONE));
        assertThat(voter.node.term()).isEqualTo(6);

        voter.receive(voter.asksForVote(C, 6, false));
        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class)).noneMatch(VoteResponse::granted);
        assertThat(voter.node.hardState().vote()).isEmpty();
    }

    @Test
    void thePromiseEnds() {
        var voter = promisedToB();
        voter.millis += LEASE;

        voter.receive(voter.asksForVote(C, 6, false));
        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class)).containsExactly(new VoteResponse(Lone.A, 1, 6, true, Floors.NONE));
    }

    @Test
    void theLeadersOwnTransferIsNotBoundByPromisesToIt() {
        var voter = promisedToB();

        voter.receive(voter.asksForVote(C, 6, true));
        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class)).containsExactly(new VoteResponse(Lone.A, 1, 6, true, Floors.NONE));
    }

    @Test
    void aPromiseForgottenInACrashIsKeptAllTheSame() {
        var voter = Lone.recovered(5, Optional.of(B), 1, 5);
        voter.millis += LEASE - 1;

        voter.receive(voter.asksForVote(C, 6, false));
        assertThat(voter.node.term()).isEqualTo(5);

        voter.millis += 1;
        voter.receive(voter.asksForVote(C, 6, false));
        voter.allDurable();
        assertThat(voter.sentOf(VoteResponse.class)).containsExactly(new VoteResponse(Lone.A, 1, 6, true, Floors.NONE));
    }

    @Test
    void aReplicaThatNeverRanHasPromisedNothing() {
        var voter = new Lone();

        voter.receive(voter.asksForVote(C, 1, false));
        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class)).containsExactly(new VoteResponse(Lone.A, 1, 1, true, Floors.NONE));
    }

    @Test
    void aPromiseBindsThePreVoteAndSaysHowLong() {
        var voter = promisedToB();
        voter.millis += 100;

        voter.receive(new PreVoteRequest(C, 1, 6, 1_000, 5, 0, 0, Floors.NONE));

        assertThat(voter.sentOf(PreVoteResponse.class))
                .containsExactly(new PreVoteResponse(Lone.A, 1, 5, false, (LEASE - 100) * Lone.MILLI, Floors.NONE));
        assertThat(voter.node.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aPromiseBindsItsOwnCandidacyAlsoAfterAHint() {
        var voter = promisedToB();

        voter.step(new Input.Unreachable(B));
        assertThat(voter.sentOf(PreVoteRequest.class)).isEmpty();

        voter.tickAfter(LEASE);
        assertThat(voter.sentOf(PreVoteRequest.class)).hasSize(2);
    }

    @Test
    void withoutAHintItWaitsForTheElectionTimeout() {
        var voter = promisedToB();

        voter.tickAfter(ELECTION - 1);
        assertThat(voter.sentOf(PreVoteRequest.class)).isEmpty();

        voter.tickAfter(1);
        assertThat(voter.sentOf(PreVoteRequest.class)).hasSize(2);
    }
}
