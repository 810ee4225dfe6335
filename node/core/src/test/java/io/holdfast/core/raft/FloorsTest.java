package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What others remember of a storage, who tells it, and what its replica does about it. */
class FloorsTest {
    private static final long LONG_AGO = 1_000;

    private static Floors floor(SiteId site, long identity, long term, long index) {
        var bySite = new TreeMap<SiteId, Floor>();
        bySite.put(site, new Floor(identity, term, index));
        return new Floors(bySite);
    }

    /** A follower of term 5, who has voted in it, with three entries. */
    private static Lone follower() {
        return follower(Optional.of(B));
    }

    private static Lone follower(Optional<SiteId> vote) {
        Lone lone = Lone.recovered(5, vote, 3, 5, 5, 5);
        lone.tickAfter(LONG_AGO);
        lone.sent.clear();
        return lone;
    }

    private static VoteRequest vote(long term, Floors floors) {
        return new VoteRequest(C, 1, term, 1_000, term - 1, false, floors);
    }

    @Test
    void givesNoVoteOnceItIsToldThatItHasHeldMore() {
        Lone lone = follower();

        lone.receive(vote(6, floor(A, 1, 5, 4)));
        lone.allDurable();

        assertThat(lone.out.rolledBack()).isEmpty(); // Told once, in the step that found it.
        assertThat(lone.node.role()).isEqualTo(Role.LEARNER);
        assertThat(lone.node.hardState().identity()).isNotEqualTo(1);
        assertThat(lone.sent).isNotEmpty().allMatch(message -> message.identity() != 1);
    }

    @Test
    void isTheSameWithATermThatItHasForgotten() {
        Lone lone = follower();

        lone.receive(new PreVoteResponse(C, 1, 6, true, 0, floor(A, 1, 6, 0)));

        assertThat(lone.out.rolledBack()).isPresent();
        assertThat(lone.node.role()).isEqualTo(Role.LEARNER);
    }

    @Test
    void believesNothingThatIsSaidOfAnotherStorageOrThatItHolds() {
        Lone lone = follower();

        lone.receive(new PreVoteRequest(C, 1, 6, 3, 5, 0, 0, floor(A, 2, 9, 9)));
        lone.receive(new PreVoteRequest(C, 1, 6, 3, 5, 0, 0, floor(A, 1, 5, 3)));
        lone.receive(new PreVoteRequest(C, 1, 6, 3, 5, 0, 0, floor(B, 1, 9, 9)));

        assertThat(lone.node.role()).isNotEqualTo(Role.LEARNER);
        assertThat(lone.writes).isEmpty();
    }

    /** Whom it voted for in this term it does not know any more, and would vote again. */
    @Test
    void isTheSameWithAVoteThatItHasForgotten() {
        Lone lone = follower(Optional.empty());

        lone.receive(vote(5, floor(A, 1, 5, 0)));
        lone.allDurable();

        assertThat(lone.node.role()).isEqualTo(Role.LEARNER);
        assertThat(lone.sentOf(VoteResponse.class)).noneMatch(VoteResponse::granted);
    }

    /** It may have accepted nobody in this term yet: an answer that names no stamp only says that it is in it. */
    @Test
    void anAnswerToNobodyProvesNoVote() {
        Lone leader = new Lone().electByB();
        leader.receive(new AppendResponse(
                C, 1, leader.node.term(), 0, 1, 1, 0, 0, 0, new LogState.Matches(), NodeHealth.GOOD));
        leader.sent.clear();

        leader.tickAfter(50);

        Floors told = leader.sentOf(AppendRequest.class).get(0).floors();
        assertThat(told.of(B)).as("its vote was counted").isEqualTo(new Floor(1, leader.node.term(), 0));
        assertThat(told.of(C)).isEqualTo(Floor.UNKNOWN);
    }

    @Test
    void whoHasForgottenWhatItHeldGetsNoVoteFromWhoRemembers() {
        Lone lone = follower();
        lone.receive(new PreVoteRequest(B, 1, 6, 3, 5, 0, 0, floor(C, 1, 5, 9)));

        lone.receive(new VoteRequest(C, 1, 6, 8, 5, false, Floors.NONE));
        lone.allDurable();

        assertThat(lone.sentOf(VoteResponse.class))
                .singleElement()
                .satisfies(answer -> assertThat(answer.granted()).isFalse())
                .satisfies(answer -> assertThat(answer.floors().of(C)).isEqualTo(new Floor(1, 5, 9)));
    }

    /** What others remember counts as much as what it has said to this leader. */
    @Test
    void aLeaderTellsAFollowerTheHigherOfWhatItKnows() {
        Lone leader = new Lone().elect();
        leader.receive(new PreVoteRequest(C, 1, 1, 1, 1, 0, 0, floor(B, 1, leader.node.term(), 9)));
        leader.sent.clear();

        leader.tickAfter(50);

        assertThat(leader.sentOf(AppendRequest.class)).isNotEmpty().allSatisfy(heartbeat -> assertThat(
                        heartbeat.floors().of(B).index())
                .isEqualTo(9));
    }

    /** The vote was given and not yet written when it was told: it must not leave any more, under either identity. */
    @Test
    void whatTheOldStorageWasAboutToSayIsNotSaid() {
        Lone lone = follower();
        lone.receive(vote(6, Floors.NONE));
        assertThat(lone.sentOf(VoteResponse.class)).isEmpty();

        lone.receive(new PreVoteRequest(B, 1, 6, 3, 5, 0, 0, floor(A, 1, 5, 4)));
        lone.allDurable();

        assertThat(lone.sentOf(VoteResponse.class)).isEmpty();
        assertThat(lone.writes.get(lone.writes.size() - 1).hardState())
                .map(HardState::identity)
                .isNotEqualTo(Optional.of(1L));
    }

    /** The write of the old identity is on its way: when it is durable nothing of the new one may leave yet. */
    @Test
    void theStrangerSaysNothingBeforeItsIdentityIsDurable() {
        Lone lone = follower();
        lone.receive(vote(6, Floors.NONE));

        lone.receive(new PreVoteRequest(B, 1, 7, 3, 5, 0, 0, floor(A, 1, 5, 4)));
        lone.durable();

        assertThat(lone.sent).isEmpty();
        lone.durable();
        assertThat(lone.sent).isNotEmpty().allMatch(message -> message.identity() != 1);
    }

    @Test
    void aLeaderRemembersWhatIsCommittedAndHeldAndTellsItWithHeartbeats() {
        Lone leader = new Lone().elect();
        long last = leader.node.lastIndex();
        leader.sent.clear();

        leader.tickAfter(50);

        assertThat(leader.sentOf(AppendRequest.class)).isNotEmpty().allSatisfy(heartbeat -> assertThat(
                        heartbeat.floors().bySite())
                .containsEntry(A, new Floor(1, leader.node.term(), last))
                .containsEntry(B, new Floor(1, leader.node.term(), last))
                .containsEntry(C, new Floor(1, leader.node.term(), last)));
    }

    /** Where entries go without a pause no heartbeat does. */
    @Test
    void aBusyLeaderTellsItWithEntriesNowAndThen() {
        Lone leader = new Lone().elect();
        leader.tickAfter(50);
        leader.sent.clear();

        for (int i = 0; i < 20; i++) {
            leader.millis += 10;
            leader.step(new Input.Propose(100 + i, Bytes.EMPTY));
            leader.allDurable();
            leader.receive(leader.matches(B, leader.node.lastIndex()));
            leader.receive(leader.matches(C, leader.node.lastIndex()));
        }

        long told = leader.sentOf(AppendRequest.class).stream()
                .filter(request -> !request.floors().bySite().isEmpty())
                .count();
        assertThat(told).isBetween(6L, 10L);
    }

    /** What it was told may be lost, and filled again it would not be above what it holds any more. */
    @Test
    void aLeaderTellsItWithAllThatFillsAFollower() {
        Lone next = Lone.recovered(5, Optional.empty(), 0, 5, 5, 5);
        next.receive(new PreVoteRequest(C, 1, 6, 1, 1, 0, 0, floor(C, 1, 5, 3)));
        next.electByB();
        next.tickAfter(50);
        next.sent.clear();

        next.receive(new AppendResponse(
                C, 1, 6, next.newestStamp(), 1, 1, 0, 0, 0, new LogState.Conflict(3, 1), NodeHealth.GOOD));

        assertThat(next.sentOf(AppendRequest.class)).isNotEmpty().allSatisfy(request -> assertThat(
                        request.floors().of(C).index())
                .isEqualTo(3));
    }

    @Test
    void aFollowerTellsItOnWhenItAsksForVotes() {
        Lone lone = follower();
        lone.receive(new PreVoteRequest(C, 1, 6, 3, 5, 0, 0, floor(B, 1, 5, 7)));
        lone.sent.clear();

        lone.tickAfter(LONG_AGO);

        assertThat(lone.sentOf(PreVoteRequest.class))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.floors().of(B)).isEqualTo(new Floor(1, 5, 7)));
    }

    @Test
    void theStorageThatMayVoteIsRememberedBeforeAnotherOneOfItsSite() {
        Floors stranger = Floors.NONE.with(B, new Floor(2, 9, 9), Lone.genesis());
        Floors voter = stranger.with(B, new Floor(1, 9, 7), Lone.genesis())
                .with(B, new Floor(1, 8, 9), Lone.genesis())
                .with(B, new Floor(2, 10, 10), Lone.genesis());

        assertThat(stranger.of(B)).isEqualTo(new Floor(2, 9, 9));
        assertThat(voter.of(B)).isEqualTo(new Floor(1, 9, 9));
        assertThat(voter.with(B, new Floor(3, 1, 1), Lone.genesis().admit(B, 3)).of(B))
                .isEqualTo(new Floor(3, 1, 1));
    }
}
