package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static io.holdfast.core.raft.Lone.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A leader whose journal is slow hands over to a site whose journal is not (docs/protocol.md, section 20). */
class SlowStorageTest {
    private static final NodeHealth SLOW = new NodeHealth(false, true, false, Set.of());

    private final Lone leader = new Lone(Lone.preferring(A, C, B), RecoveredLog.empty(Lone.genesis(), 1)).elect();

    private void proposeAndAnswer() {
        leader.step(new Input.Propose(leader.millis, Bytes.utf8("x")));
        leader.receive(leader.matches(B, 2));
        leader.receive(leader.matches(C, 2));
    }

    private List<SiteId> toldToStand() {
        return leader.out.messages().stream()
                .filter(outgoing -> outgoing.message() instanceof TimeoutNow)
                .map(Outgoing::to)
                .toList();
    }

    private void toldThatItIsSlow() {
        leader.step(new Input.StorageSlow(true));
        leader.tickAfter(50);
        assertThat(toldToStand()).as("others may be about to say the same").isEmpty();
    }

    @Test
    void handsOverToTheNextSiteThatShouldLead() {
        proposeAndAnswer();
        assertThat(leader.node.durableIndex())
                .as("its own journal still writes")
                .isEqualTo(1);
        leader.tickAfter(50);
        assertThat(toldToStand()).as("nobody has said that it is slow").isEmpty();

        toldThatItIsSlow();
        leader.tickAfter(50);

        assertThat(toldToStand()).containsExactly(C);
    }

    @Test
    void toOneThatHoldsWhatItsOwnJournalHolds() {
        leader.receive(leader.matches(C, 1));
        leader.step(new Input.Propose(leader.millis, Bytes.utf8("x")));
        leader.allDurable();
        leader.receive(leader.matches(B, 2));
        toldThatItIsSlow();
        leader.tickAfter(50);

        assertThat(toldToStand()).as("c is behind").containsExactly(B);
    }

    @Test
    void notToOneThatIsSlowToo() {
        proposeAndAnswer();
        leader.receive(leader.matches(C, 2, SLOW));
        toldThatItIsSlow();
        leader.tickAfter(50);

        assertThat(toldToStand()).containsExactly(B);
    }

    @Test
    void goesOnIfAllAreSlow() {
        proposeAndAnswer();
        leader.receive(leader.matches(B, 2, SLOW));
        leader.receive(leader.matches(C, 2, SLOW));
        toldThatItIsSlow();
        leader.tickAfter(50);

        assertThat(toldToStand()).isEmpty();
        assertThat(leader.node.acceptsProposals()).isTrue();
        assertThat(leader.node.leaderView().orElseThrow().storageSlow()).containsExactlyInAnyOrder(B, C);

        leader.receive(leader.matches(C, 2));
        leader.tickAfter(50);
        assertThat(toldToStand()).as("c is not slow any more").containsExactly(C);
    }

    @Test
    void thatItsNodeIsFullAsWellDoesNotShortenThePause() {
        proposeAndAnswer();
        toldThatItIsSlow();
        leader.tickAfter(50);
        answeredFor(ELECTION);
        leader.sent.clear();

        leader.step(new Input.Room(true, Long.MAX_VALUE));
        answeredFor(4 * ELECTION);

        assertThat(leader.sentOf(TimeoutNow.class)).isEmpty();
    }

    @Test
    void aSilentSiteIsNoPartOfThatMajority() {
        proposeAndAnswer();
        toldThatItIsSlow();
        leader.millis += ELECTION;
        leader.receive(leader.matches(B, 2));
        leader.tickAfter(1);
        assertThat(toldToStand()).isEmpty();
        assertThat(leader.node.role()).isEqualTo(Role.LEADER);

        leader.receive(leader.matches(C, 2));
        leader.tickAfter(50);
        assertThat(toldToStand()).containsExactly(C);
    }

    @Test
    void norIsOneThatIsSaidToBeLost() {
        proposeAndAnswer();
        toldThatItIsSlow();
        leader.step(new Input.Unreachable(B));
        leader.tickAfter(50);

        assertThat(toldToStand()).isEmpty();
    }

    @Test
    void aTermThatHasNotBegunIsWaitedFor() {
        var elected = new Lone(Lone.preferring(A, C, B), RecoveredLog.empty(Lone.genesis(), 1));
        elected.step(new Input.StorageSlow(true));
        elected.tickAfter(ELECTION + LEASE);
        elected.receive(new PreVoteResponse(B, 1, 1, true, 0, Floors.NONE));
        elected.durable();
        elected.receive(new VoteResponse(B, 1, 1, true, Floors.NONE));
        elected.receive(elected.matches(B, 0));
        elected.receive(elected.matches(C, 0));
        elected.tickAfter(100);
        assertThat(elected.node.leadingTerm()).isEqualTo(1);
        assertThat(elected.node.termBegun()).isFalse();

        elected.receive(elected.matches(B, 1));
        elected.receive(elected.matches(C, 1));
        elected.tickAfter(50);

        assertThat(elected.sentOf(TimeoutNow.class)).hasSize(1);
    }

    @Test
    void anAttemptThatComesToNothingIsNotRepeatedAtOnce() {
        proposeAndAnswer();
        toldThatItIsSlow();
        leader.tickAfter(50);
        assertThat(leader.node.acceptsProposals()).isFalse();

        answeredFor(ELECTION);
        assertThat(leader.node.acceptsProposals()).as("nobody took over").isTrue();
        leader.sent.clear();
        answeredFor(8 * ELECTION);
        assertThat(leader.sentOf(TimeoutNow.class)).isEmpty();

        answeredFor(2 * ELECTION);
        assertThat(leader.sentOf(TimeoutNow.class)).isNotEmpty();
    }

    private void answeredFor(long millis) {
        for (long passed = 0; passed < millis; passed += 50) {
            leader.receive(leader.matches(B, 2));
            leader.receive(leader.matches(C, 2));
            leader.tickAfter(50);
        }
    }

    @Test
    void aFollowerTellsASilentLeader() {
        var follower = Lone.recovered(5, Optional.of(B), 1, 5);
        var last = new PeerMessage.AppendRequest(B, 1, 5, 7, 1, 5, List.of(), 1, 0, true, Floors.NONE);
        follower.receive(last);
        assertThat(follower.node.raft.quiesced).isTrue();

        follower.step(new Input.StorageSlow(true));

        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .satisfies(answer -> assertThat(answer.health()).isEqualTo(SLOW));
        follower.step(new Input.StorageSlow(true));
        assertThat(follower.answered(AppendResponse.class)).isEmpty();
    }
}
