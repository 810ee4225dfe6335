package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.InvariantViolation;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A replica that starts with what its journal held. */
class RestartTest {
    private static ImageChunk wholeImage(long index, long term) {
        return new ImageChunk(B, 1, term, index, term, 0, 1, 0, Bytes.EMPTY);
    }

    @Test
    void appliesWhatItKnowsToBeCommittedInItsFirstStepAndSendsNothing() {
        var replica = Lone.recovered(5, Optional.of(B), 2, 4, 5, 5);

        replica.tick();

        assertThat(replica.applied).extracting(Entry::index).containsExactly(1L, 2L);
        assertThat(replica.sent).isEmpty();
        assertThat(replica.writes).isEmpty();
    }

    @Test
    void claimsWhatItKnowsToBeCommittedToALeaderThatClaimsNothing() {
        var replica = Lone.recovered(5, Optional.of(B), 3, 5, 5, 5);

        // As a leader does while it believes that an image is needed.
        replica.receive(replica.append(B, 5, 0, 0, 3));

        assertThat(replica.answered(AppendResponse.class)).singleElement().satisfies(response -> {
            assertThat(response.matchIndex()).isEqualTo(3);
            assertThat(response.logState()).isInstanceOf(LogState.Matches.class);
        });
    }

    @Test
    void doesNotInstallAnImageOfWhatItHolds() {
        var replica = Lone.recovered(5, Optional.of(B), 3, 5, 5, 5);

        replica.receive(wholeImage(2, 5));

        assertThat(replica.out.imageReceived()).isEmpty();
        assertThat(replica.sentOf(ImageAck.class)).containsExactly(new ImageAck(A, 1, 5, 2, 1));
        assertThat(replica.sentOf(AppendResponse.class))
                .singleElement()
                .satisfies(response -> assertThat(response.matchIndex()).isEqualTo(3));
    }

    @Test
    void commitsWhatACandidateKnowsToBeCommittedAndItselfHolds() {
        var replica = Lone.recovered(5, Optional.of(B), 1, 4, 5, 5);

        replica.receive(new PreVoteRequest(C, 1, 6, 2, 5, 2, 5, Floors.NONE));

        assertThat(replica.applied).extracting(Entry::index).containsExactly(1L, 2L);
    }

    @Test
    void commitsNothingThatACandidateHoldsInItsPlace() {
        var replica = Lone.recovered(5, Optional.of(B), 1, 4, 4, 4);

        replica.receive(new PreVoteRequest(C, 1, 6, 3, 5, 2, 5, Floors.NONE));
        replica.receive(new PreVoteRequest(C, 1, 6, 9, 5, 9, 5, Floors.NONE));

        assertThat(replica.applied).extracting(Entry::index).containsExactly(1L);
    }

    /** An admission must not count in a term before that in which it was committed. */
    @Test
    void believesNoCandidateOfALaterTerm() {
        var replica = Lone.recovered(5, Optional.of(B), 1, 4, 5, 5);

        replica.receive(new PreVoteRequest(C, 1, 7, 2, 5, 2, 5, Floors.NONE));

        assertThat(replica.applied).extracting(Entry::index).containsExactly(1L);
    }

    /** An entry of term 5 at index 2 admits the site's second storage. */
    private static Lone thatHolds(SiteId admitted, long identity) {
        var admission = new Entry(5, 2, 2, Entry.Kind.ADMIT, Membership.encodeAdmission(admitted, 2));
        var hardState = new HardState(5, Optional.of(B), identity);
        return new Lone(
                Lone.config(),
                new RecoveredLog(hardState, Lone.genesis(), 0, 0, List.of(Lone.entry(1, 4), admission), 1));
    }

    @Test
    void givesAnElectionUpWhenItLearnsOfAnAdmissionAndCountsTheAdmittedInTheNext() {
        var replica = thatHolds(C, 1);
        replica.tickAfter(Lone.LEASE + 2 * Lone.ELECTION);
        assertThat(replica.node.role()).isEqualTo(Role.PRE_CANDIDATE);

        replica.receive(new PreVoteRequest(C, 2, 6, 2, 5, 2, 5, Floors.NONE));

        assertThat(replica.node.role()).isEqualTo(Role.FOLLOWER);
        assertThat(replica.node.membership().isVoter(C, 2)).isTrue();
        replica.tickAfter(2 * Lone.ELECTION);
        replica.receive(new PreVoteResponse(C, 2, 6, true, 0, Floors.NONE));
        assertThat(replica.node.role()).isEqualTo(Role.CANDIDATE);
    }

    @Test
    void aLearnerHearsOfItsOwnAdmissionFromACandidate() {
        var replica = thatHolds(A, 2);
        replica.tick();
        assertThat(replica.node.role()).isEqualTo(Role.LEARNER);

        replica.receive(new PreVoteRequest(C, 1, 6, 2, 5, 2, 5, Floors.NONE));

        assertThat(replica.node.role()).isEqualTo(Role.FOLLOWER);
    }

    /** Else it would, restarted, know of an admission in a term in which the lost storage's vote counted. */
    @Test
    void makesNoSnapshotOfATermThatIsNotWritten() {
        var replica = Lone.recovered(5, Optional.of(B), 1, 4, 5, 5);
        replica.receive(replica.append(B, 5, 3, 5, 1, Lone.entry(4, 5)));
        assertThat(replica.node.raft.wal.inFlight()).isTrue();
        replica.receive(replica.append(C, 6, 3, 5, 3));
        assertThat(replica.node.commitIndex()).isEqualTo(3);
        assertThat(replica.node.written(3, 5)).isEmpty();

        replica.durable();

        assertThat(replica.node.written(3, 5))
                .get()
                .satisfies(it -> assertThat(it.hardState().term()).isEqualTo(6));
    }

    @Test
    void keepsItsVoteOfTheTerm() {
        var replica = Lone.recovered(5, Optional.of(B), 0, 4);
        replica.millis += 1_000;

        replica.receive(replica.asksForVote(C, 5, false));

        assertThat(replica.node.hardState().vote()).contains(B);
        assertThat(replica.sentOf(PeerMessage.VoteResponse.class)).noneMatch(PeerMessage.VoteResponse::granted);
    }

    @Test
    void refusesALogWithAHole() {
        var recovered = new RecoveredLog(
                new HardState(5, Optional.empty(), 1), Lone.genesis(), 0, 0, List.of(Lone.entry(2, 5)), 0);

        assertThatThrownBy(() -> new Lone(Lone.config(), recovered)).isInstanceOf(InvariantViolation.class);
    }
}
