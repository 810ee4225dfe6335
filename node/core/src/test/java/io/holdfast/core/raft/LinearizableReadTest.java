package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.LEASE;
import static io.holdfast.core.raft.Lone.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import org.junit.jupiter.api.Test;

/** DESIGN 3, rule 7: by a lease over bounded clock rates, else by a round. */
class LinearizableReadTest {
    private final Lone leader = new Lone().elect();

    private boolean confirmedAtOnce(long ticket) {
        leader.step(new Input.Read(ticket));
        return leader.out.confirmedReads().contains(ticket);
    }

    private AppendResponse answer(SiteId from, long stamp, long clockNanos) {
        return new AppendResponse(
                from,
                1,
                leader.node.term(),
                stamp,
                clockNanos,
                0,
                0,
                Lone.promiseNanos(),
                1,
                new LogState.Matches(),
                NodeHealth.GOOD);
    }

    @Test
    void nothingIsAssumedOfAClockBeforeItIsProven() {
        assertThat(confirmedAtOnce(1)).isFalse();
    }

    @Test
    void underALeaseAReadIsConfirmedAtOnce() {
        leader.withLease();

        assertThat(confirmedAtOnce(1)).isTrue();
        assertThat(leader.out.messages()).isEmpty();
    }

    @Test
    void theLeaseEndsBeforeThePromiseByTheClocksWorstRate() {
        leader.withLease();
        long stampMillis = leader.newestStamp() / MILLI;
        long lease = (long) (LEASE / (1 + Lone.DRIFT));

        leader.millis = stampMillis + lease;
        assertThat(confirmedAtOnce(1)).isTrue();

        leader.millis = stampMillis + lease + 1;
        assertThat(confirmedAtOnce(2)).isFalse();
    }

    @Test
    void whatTheFollowerPromisesCountsAndNotTheLeadersSetting() {
        for (int round = 0; round < 20; round++) {
            leader.tickAfter(50);
            leader.receive(brief(B));
            leader.receive(brief(C));
        }
        leader.millis += 20;

        assertThat(confirmedAtOnce(1)).isFalse();
    }

    /** An answer of a site whose lease is set to 10 ms. */
    private AppendResponse brief(SiteId from) {
        return new AppendResponse(
                from,
                1,
                leader.node.term(),
                leader.newestStamp(),
                leader.millis * MILLI,
                0,
                0,
                10 * MILLI,
                1,
                new LogState.Matches(),
                NodeHealth.GOOD);
    }

    @Test
    void otherwiseARoundOfHeartbeatsConfirmsIt() {
        leader.step(new Input.Read(1));
        assertThat(leader.answered(AppendRequest.class)).hasSize(2);

        leader.receive(leader.matches(B, 1));

        assertThat(leader.out.confirmedReads()).containsExactly(1L);
    }

    @Test
    void anAnswerToAnEarlierMessageProvesNothing() {
        leader.tickAfter(50);
        long earlier = leader.newestStamp();
        leader.step(new Input.Read(1));

        leader.receive(answer(B, earlier, 1));
        leader.receive(answer(C, earlier, 1));
        assertThat(leader.out.confirmedReads()).isEmpty();

        leader.receive(leader.matches(C, 1));
        assertThat(leader.out.confirmedReads()).containsExactly(1L);
    }

    @Test
    void readsThatComeDuringARoundWaitForTheNext() {
        leader.step(new Input.Read(1));
        long round = leader.newestStamp();
        leader.millis += 1;
        leader.step(new Input.Read(2));

        leader.receive(answer(B, round, 1));
        assertThat(leader.out.confirmedReads()).containsExactly(1L);
        assertThat(leader.answered(AppendRequest.class)).as("the next round").hasSize(2);

        leader.receive(leader.matches(B, 1));
        assertThat(leader.out.confirmedReads()).containsExactly(2L);
    }

    @Test
    void aClockThatRunsFasterThanTheBoundNeverGivesALease() {
        for (int i = 1; i <= 100; i++) {
            leader.tickAfter(50);
            long fast = (long) (leader.millis * MILLI * (1 + 2 * Lone.DRIFT));
            leader.millis += 1;
            leader.receive(answer(B, leader.newestStamp(), fast));
            leader.receive(answer(C, leader.newestStamp(), fast));
            assertThat(confirmedAtOnce(i)).as("after %d exchanges", i).isFalse();
            leader.receive(leader.matches(B, 1));
            leader.receive(leader.matches(C, 1));
        }
    }

    @Test
    void aClockWithinTheBoundGivesALeaseAfterAWhile() {
        boolean lease = false;
        for (int i = 1; i <= 40 && !lease; i++) {
            leader.tickAfter(50);
            long skewed = (long) (leader.millis * MILLI * (1 + Lone.DRIFT / 2));
            leader.millis += 1;
            leader.receive(answer(B, leader.newestStamp(), skewed));
            lease = confirmedAtOnce(i);
            leader.receive(answer(B, leader.newestStamp(), skewed));
        }
        assertThat(lease).isTrue();
    }

    @Test
    void aRestartedFollowersClockIsProvenAnew() {
        leader.withLease();
        leader.millis += LEASE;
        // The new life's clock stands where the old one's would be if it were slow: compared with that, it would seem
        // proven.
        leader.tickAfter(50);
        leader.receive(ofAnotherLife(B));
        leader.receive(ofAnotherLife(C));

        assertThat(confirmedAtOnce(1)).isFalse();
    }

    private AppendResponse ofAnotherLife(SiteId from) {
        return new AppendResponse(
                from,
                1,
                leader.node.term(),
                leader.newestStamp(),
                (leader.millis - 100) * MILLI,
                0,
                1,
                Lone.promiseNanos(),
                1,
                new LogState.Matches(),
                NodeHealth.GOOD);
    }

    @Test
    void aTransferDropsTheLeaseForTheWholeTerm() {
        leader.withLease();
        leader.step(new Input.Transfer(B));
        leader.millis += Lone.ELECTION / 2;
        leader.receive(leader.matches(B, 1));
        leader.receive(leader.matches(C, 1));
        leader.tickAfter(Lone.ELECTION / 2);
        leader.withLease();
        assertThat(leader.node.acceptsProposals()).isTrue();

        assertThat(confirmedAtOnce(1)).isFalse();
        leader.receive(leader.matches(C, 1));
        assertThat(leader.out.confirmedReads()).containsExactly(1L);
    }

    @Test
    void withoutLeasesEveryReadTakesARound() {
        var off = new Lone(Lone.config(0, 1024, 4), RecoveredLog.empty(Lone.genesis(), 1))
                .elect()
                .withLease();
        off.step(new Input.Read(1));
        assertThat(off.out.confirmedReads()).isEmpty();
    }

    @Test
    void aLeaderThatHasCommittedNothingOfItsTermAnswersNothing() {
        var fresh = new Lone();
        fresh.tickAfter(Lone.ELECTION);
        fresh.receive(new PeerMessage.PreVoteResponse(B, 1, 1, true, 0, Floors.NONE));
        fresh.durable();
        fresh.receive(new PeerMessage.VoteResponse(B, 1, 1, true, Floors.NONE));
        fresh.step(new Input.Read(1));
        fresh.receive(fresh.matches(B, 0));
        fresh.receive(fresh.matches(C, 0));
        assertThat(fresh.out.confirmedReads()).isEmpty();

        fresh.allDurable();
        fresh.receive(fresh.matches(B, 1));
        assertThat(fresh.node.commitIndex()).isEqualTo(1);
    }

    @Test
    void whoLosesLeadershipRefusesWhatWaits() {
        leader.step(new Input.Read(1));

        leader.receive(new AppendResponse(C, 1, 7, 0, 1, 0, 0, 0, 0, new LogState.Matches(), NodeHealth.GOOD));

        assertThat(leader.out.refusedReads()).containsExactly(1L);
    }
}
