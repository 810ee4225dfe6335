package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.InvariantViolation;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** DESIGN 3, rules 2 and 4: what must be durable before what leaves, and how the journal tells of truncation. */
class DurabilityTest {
    private static Lone candidate() {
        var replica = new Lone();
        replica.tickAfter(ELECTION);
        replica.receive(new PreVoteResponse(B, 1, 1, true, 0, Floors.NONE));
        assertThat(replica.node.role()).isEqualTo(Role.CANDIDATE);
        return replica;
    }

    @Test
    void aRequestForVotesLeavesOnlyWhenTermAndVoteAreDurable() {
        var replica = candidate();
        assertThat(replica.out.write())
                .get()
                .extracting(LogWrite::hardState)
                .isEqualTo(Optional.of(new HardState(1, Optional.of(A), 1)));
        assertThat(replica.sentOf(VoteRequest.class)).isEmpty();

        replica.durable();

        assertThat(replica.sentOf(VoteRequest.class)).hasSize(2);
    }

    @Test
    void itsOwnVoteCountsOnlyWhenDurable() {
        var replica = candidate();

        replica.receive(new VoteResponse(B, 1, 1, true, Floors.NONE));
        assertThat(replica.node.role()).isEqualTo(Role.CANDIDATE);

        replica.durable();
        assertThat(replica.node.role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aVoteLeavesOnlyWhenDurable() {
        var voter = new Lone();

        voter.receive(voter.asksForVote(C, 3, false));
        assertThat(voter.sentOf(VoteResponse.class)).isEmpty();

        voter.durable();
        assertThat(voter.sentOf(VoteResponse.class)).containsExactly(new VoteResponse(A, 1, 3, true, Floors.NONE));
    }

    /** The leader asks again and again, and each time something would be answered when the disk goes on. */
    @Test
    void whatWaitsForADiskThatStandsStillIsBounded() {
        var voter = new Lone();
        for (int i = 0; i < WriteAhead.MOST_HELD + 100; i++) {
            voter.receive(voter.asksForVote(C, 3, false));
        }
        assertThat(voter.sentOf(VoteResponse.class)).isEmpty();

        voter.durable();

        assertThat(voter.sentOf(VoteResponse.class))
                .hasSize(WriteAhead.MOST_HELD)
                .allMatch(VoteResponse::granted);
    }

    @Test
    void aVoteThatIsNotYetDurableIsNotGivenAnyMoreInALaterTerm() {
        var voter = new Lone();
        voter.receive(voter.asksForVote(C, 3, false));
        voter.receive(
                new AppendResponse(B, 1, 4, 0, 0, 0, 0, 0, 0, new PeerMessage.LogState.Matches(), NodeHealth.GOOD));

        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class)).isEmpty();
        assertThat(voter.node.term()).isEqualTo(4);
    }

    @Test
    void oneVoteATermWhoeverAsks() {
        var voter = new Lone();
        voter.receive(voter.asksForVote(C, 3, false));
        voter.allDurable();

        voter.receive(voter.asksForVote(B, 3, false));
        voter.receive(voter.asksForVote(C, 3, false));

        assertThat(voter.sentOf(VoteResponse.class))
                .containsExactly(
                        new VoteResponse(A, 1, 3, true, Floors.NONE),
                        new VoteResponse(A, 1, 3, false, Floors.NONE),
                        new VoteResponse(A, 1, 3, true, Floors.NONE));
    }

    @Test
    void noVoteForAShorterLog() {
        var voter = Lone.recovered(5, Optional.empty(), 0, 4, 5);
        voter.millis += 1_000;

        voter.receive(new VoteRequest(B, 1, 6, 9, 4, false, Floors.NONE));
        voter.allDurable();
        voter.receive(new VoteRequest(B, 1, 7, 1, 5, false, Floors.NONE));
        voter.allDurable();
        voter.receive(new VoteRequest(B, 1, 8, 2, 5, false, Floors.NONE));
        voter.allDurable();

        assertThat(voter.sentOf(VoteResponse.class))
                .containsExactly(
                        new VoteResponse(A, 1, 6, false, Floors.NONE),
                        new VoteResponse(A, 1, 7, false, Floors.NONE),
                        new VoteResponse(A, 1, 8, true, Floors.NONE));
    }

    @Test
    void entriesAreAcknowledgedWhenDurableHeartbeatsAtOnce() {
        var follower = new Lone();
        follower.receive(follower.append(B, 1, 0, 0, 0, Lone.entries(1, 1, 1)));
        assertThat(follower.sentOf(AppendResponse.class))
                .as("term and entries on their way")
                .isEmpty();
        follower.durable();
        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .extracting(AppendResponse::matchIndex)
                .isEqualTo(2L);

        follower.receive(follower.append(B, 1, 2, 1, 0, Lone.entries(3, 1)));
        assertThat(follower.out.messages()).isEmpty();
        follower.receive(follower.append(B, 1, 3, 1, 0));
        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .extracting(AppendResponse::matchIndex)
                .as("entry 3 is not durable")
                .isEqualTo(2L);
    }

    @Test
    void aConflictIsTruncatedByARecord() {
        var follower = Lone.recovered(5, Optional.of(B), 1, 4, 4, 4);

        follower.receive(follower.append(B, 5, 1, 4, 1, Lone.entries(2, 5)));

        assertThat(follower.out.write()).get().satisfies(write -> {
            assertThat(write.truncateFrom()).hasValue(2);
            assertThat(write.entries()).containsExactly(Lone.entry(2, 5));
        });
        assertThat(follower.node.lastIndex()).isEqualTo(2);
    }

    @Test
    void aTruncationWhileAWriteIsOnItsWayMakesItNotCount() {
        var follower = new Lone();
        follower.receive(follower.append(B, 1, 0, 0, 0, Lone.entries(1, 1, 1, 1)));
        // The write of 1 to 3 is on its way when the leader of term 2 replaces 2 and 3.
        follower.receive(follower.append(C, 2, 1, 1, 0, Lone.entries(2, 2)));
        follower.durable();
        assertThat(follower.node.durableIndex()).isEqualTo(1);

        follower.allDurable();

        assertThat(follower.node.durableIndex()).isEqualTo(2);
        assertThat(follower.writes.get(1).truncateFrom()).hasValue(2);
    }

    @Test
    void anEntryThatIsThereAlreadyIsNoConflict() {
        var follower = Lone.recovered(5, Optional.of(B), 0, 4, 5, 5);

        follower.receive(follower.append(B, 5, 0, 0, 0, Lone.entries(1, 4)));

        assertThat(follower.node.lastIndex())
                .as("a late message truncates nothing")
                .isEqualTo(3);
        assertThat(follower.out.write()).isEmpty();
    }

    @Test
    void aCommittedEntryIsNeverTruncated() {
        var follower = Lone.recovered(5, Optional.of(B), 2, 4, 4);
        follower.tick();

        assertThatThrownBy(() -> follower.receive(follower.append(B, 5, 2, 5, 2, Lone.entries(3, 5))))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("committed entry 2");
        assertThat(follower.node.lastIndex()).isEqualTo(2);
    }

    @Test
    void twoLeadersInATermStopTheReplica() {
        var follower = new Lone();
        follower.receive(follower.append(B, 1, 0, 0, 0));

        assertThatThrownBy(() -> follower.receive(follower.append(C, 1, 0, 0, 0)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("two leaders in term 1");
    }

    @Test
    void oneWriteAtATimeAndTheRestTogether() {
        var follower = new Lone();
        follower.receive(follower.append(B, 1, 0, 0, 0, Lone.entries(1, 1)));
        follower.receive(follower.append(B, 1, 1, 1, 0, Lone.entries(2, 1)));
        follower.receive(follower.append(B, 1, 2, 1, 0, Lone.entries(3, 1)));
        assertThat(follower.writes).hasSize(1);

        follower.durable();

        assertThat(follower.writes.get(1).entries()).hasSize(2);
    }
}
