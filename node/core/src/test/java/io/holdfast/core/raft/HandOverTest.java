package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A leader that does not reach a site hands over to one that does (docs/protocol.md, section 22). B is the site that is not reached. */
class HandOverTest {
    private static final NodeHealth REACHES_NOT_B = new NodeHealth(false, false, false, Set.of(B));
    private static final NodeHealth LATE = new NodeHealth(false, false, true, Set.of());
    private static final NodeHealth REACHES_NOT_A = new NodeHealth(false, false, false, Set.of(A));

    private final Lone leader = new Lone().elect();
    private final List<SiteId> toldToStand = new ArrayList<>();

    /** So long that silence means something. */
    private void silenceOfB() {
        leader.step(new Input.Unreachable(B));
        answersOfC(ELECTION, NodeHealth.GOOD);
        assertThat(toldToStand).as("b may be about to answer").isEmpty();
    }

    private void answersOfC(long millis, NodeHealth health) {
        for (long passed = 0; passed < millis; passed += 50) {
            tick();
            leader.receive(leader.matches(C, leader.node.lastIndex(), health));
            see();
        }
    }

    private void tick() {
        leader.tickAfter(50);
        see();
    }

    private void see() {
        leader.out.messages().stream()
                .filter(outgoing -> outgoing.message() instanceof TimeoutNow)
                .forEach(outgoing -> toldToStand.add(outgoing.to()));
    }

    @Test
    void handsOverToTheSiteThatReachesIt() {
        silenceOfB();
        answersOfC(ELECTION + 100, NodeHealth.GOOD);

        assertThat(toldToStand).containsOnly(C);
    }

    @Test
    void notIfNobodyReachesIt() {
        silenceOfB();
        answersOfC(10 * ELECTION, REACHES_NOT_B);

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void notIfTheOtherOneNoticesTheLossALittleLater() {
        silenceOfB();
        answersOfC(ELECTION - 100, NodeHealth.GOOD);
        answersOfC(4 * ELECTION, REACHES_NOT_B);

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void oneThatIsLateMayNoticeTheLossMuchLater() {
        silenceOfB();
        answersOfC(4 * ELECTION, LATE);
        assertThat(toldToStand).isEmpty();
        answersOfC(4 * ELECTION, REACHES_NOT_B);
        assertThat(toldToStand).isEmpty();

        answersOfC(4 * ELECTION, LATE);
        assertThat(toldToStand).isEmpty();
        answersOfC(2 * ELECTION, LATE);
        assertThat(toldToStand).as("for so long nobody is late").containsOnly(C);
    }

    @Test
    void aNewLeaderWaitsAsLong() {
        var elected = new Lone();
        elected.step(new Input.Unreachable(B));
        elected.electByB();
        for (long passed = 0; passed < 2 * ELECTION - 50; passed += 50) {
            elected.receive(elected.matches(C, elected.node.lastIndex()));
            elected.tickAfter(50);
        }
        assertThat(elected.sentOf(TimeoutNow.class)).isEmpty();

        for (int i = 0; i < 4; i++) {
            elected.receive(elected.matches(C, elected.node.lastIndex()));
            elected.tickAfter(50);
        }
        assertThat(elected.sentOf(TimeoutNow.class)).isNotEmpty();
    }

    @Test
    void notToOneThatReachesNoMoreThanItself() {
        silenceOfB();
        answersOfC(10 * ELECTION, REACHES_NOT_A);

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void notForAReplicaThatIsSilentOnANodeThatIsReached() {
        answersOfC(10 * ELECTION, NodeHealth.GOOD);

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void notByAHintThatIsWrong() {
        leader.step(new Input.Unreachable(B));
        for (int i = 0; i < 100; i++) {
            tick();
            leader.receive(leader.matches(B, leader.node.lastIndex()));
            leader.receive(leader.matches(C, leader.node.lastIndex()));
        }

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void notToOneThatLacksWhatIsCommittedOrHasASlowJournal() {
        leader.receive(leader.matches(B, leader.node.lastIndex()));
        leader.step(new Input.Propose(leader.millis, Bytes.utf8("x")));
        leader.allDurable();
        leader.receive(leader.matches(B, leader.node.lastIndex()));
        assertThat(leader.node.commitIndex()).isEqualTo(leader.node.lastIndex());
        leader.step(new Input.Unreachable(B));
        for (int i = 0; i < 40; i++) {
            tick();
            leader.receive(leader.matches(C, leader.node.lastIndex() - 1));
        }
        assertThat(toldToStand).as("c is behind").isEmpty();

        answersOfC(4 * ELECTION, new NodeHealth(false, true, false, Set.of()));
        assertThat(toldToStand).as("c is slow").isEmpty();

        answersOfC(2 * ELECTION, NodeHealth.GOOD);
        assertThat(toldToStand).containsOnly(C);
    }

    @Test
    void toOneThatLacksOnlyWhatIsOnItsWay() {
        silenceOfB();
        for (int i = 0; i < 12; i++) {
            leader.step(new Input.Propose(leader.millis, Bytes.utf8("x")));
            leader.allDurable();
            tick();
            leader.receive(leader.matches(C, leader.node.lastIndex() - 1));
        }
        assertThat(leader.node.acceptsProposals()).as("waits for c to have all").isFalse();
        assertThat(toldToStand).isEmpty();

        answersOfC(100, NodeHealth.GOOD);
        assertThat(toldToStand).containsOnly(C);
    }

    @Test
    void stopsCountingWhenTheSiteIsBack() {
        silenceOfB();
        answersOfC(ELECTION - 100, NodeHealth.GOOD);
        leader.step(new Input.Reachable(B));
        answersOfC(ELECTION, NodeHealth.GOOD);
        leader.step(new Input.Unreachable(B));
        answersOfC(ELECTION - 100, NodeHealth.GOOD);

        assertThat(toldToStand).isEmpty();
    }

    @Test
    void anAttemptThatComesToNothingIsNotRepeatedAtOnce() {
        silenceOfB();
        answersOfC(2 * ELECTION, NodeHealth.GOOD);
        assertThat(toldToStand).isNotEmpty();
        toldToStand.clear();

        answersOfC(6 * ELECTION, NodeHealth.GOOD);
        assertThat(toldToStand).isEmpty();
        assertThat(leader.node.acceptsProposals()).isTrue();

        answersOfC(6 * ELECTION, NodeHealth.GOOD);
        assertThat(toldToStand).isNotEmpty();
    }

    @Test
    void saysWhomItDoesNotReachInItsAnswers() {
        var follower = new Lone();
        follower.step(new Input.Unreachable(B));
        follower.step(new Input.Unreachable(new SiteId("elsewhere")));
        follower.receive(follower.append(C, 1, 0, 0, 0));
        follower.allDurable();
        assertThat(follower.sentOf(PeerMessage.AppendResponse.class))
                .last()
                .extracting(answer -> answer.health().unreachable())
                .as("of the sites of this partition")
                .isEqualTo(Set.of(B));

        follower.step(new Input.Reachable(B));
        follower.receive(follower.append(C, 1, 0, 0, 0));
        assertThat(follower.sentOf(PeerMessage.AppendResponse.class))
                .last()
                .extracting(PeerMessage.AppendResponse::health)
                .isEqualTo(NodeHealth.GOOD);
    }

    @Test
    void tellsItsDriverWhoReachesFewerThanItself() {
        leader.receive(leader.matches(C, leader.node.lastIndex(), REACHES_NOT_B));
        assertThat(leader.node.leaderView().orElseThrow().worseConnected()).containsExactly(C);

        leader.step(new Input.Unreachable(B));
        assertThat(leader.node.leaderView().orElseThrow().worseConnected())
                .as("b answers still")
                .containsExactly(C);

        answersOfC(ELECTION + 50, REACHES_NOT_B);
        assertThat(leader.node.leaderView().orElseThrow().worseConnected()).isEmpty();
    }
}
