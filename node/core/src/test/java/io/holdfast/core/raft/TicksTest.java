package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static io.holdfast.core.raft.Lone.LEASE;
import static io.holdfast.core.raft.Lone.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a replica wants its next tick, and what it concludes from silence when its driver is late. */
class TicksTest {
    private static final long HEARTBEAT = 50;
    private static final long QUIESCE_AFTER = 1_000;

    private static long millisUntilNextTick(Lone lone) {
        return lone.node.nextTickNanos() / MILLI - lone.millis;
    }

    private static Lone follower() {
        var follower = Lone.recovered(5, Optional.of(B), 0, 4);
        follower.receive(follower.append(B, 5, 1, 4, 1));
        return follower;
    }

    private static Lone silentLeader() {
        var config = new RaftConfig(
                A,
                List.of(A, B, C),
                HEARTBEAT * MILLI,
                ELECTION * MILLI,
                LEASE * MILLI,
                Lone.DRIFT,
                QUIESCE_AFTER * MILLI,
                64 * 1024,
                4,
                1024 * 1024,
                1024 * 1024,
                64,
                200 * MILLI);
        var leader = new Lone(config, RecoveredLog.empty(Lone.genesis(), 1)).elect();
        for (long passed = 0; leader.node.needsTicks(); passed += HEARTBEAT) {
            assertThat(passed).as("time until it is silent").isLessThan(10 * QUIESCE_AFTER);
            leader.receive(leader.matches(B, 1));
            leader.receive(leader.matches(C, 1));
            leader.tickAfter(HEARTBEAT);
        }
        return leader;
    }

    @Test
    void aFollowerWantsOneWhenItsLeaderHasBeenSilentForTooLong() {
        var follower = follower();
        assertThat(millisUntilNextTick(follower)).isEqualTo(ELECTION);

        follower.millis += 100;
        follower.receive(follower.append(B, 5, 1, 4, 1));
        assertThat(millisUntilNextTick(follower)).isEqualTo(ELECTION);

        follower.tickAfter(ELECTION - 1);
        assertThat(follower.sentOf(PreVoteRequest.class)).isEmpty();
        follower.tickAfter(1);
        assertThat(follower.sentOf(PreVoteRequest.class)).hasSize(2);
        assertThat(millisUntilNextTick(follower)).isEqualTo(ELECTION);
    }

    @Test
    void aHintMakesAFollowerWantItSooner() {
        var heir = Lone.recovered(Lone.preferring(B, A, C), 5, Optional.of(B), 0, 4);
        heir.receive(heir.append(B, 5, 1, 4, 1));

        heir.step(new Input.Unreachable(B));

        assertThat(millisUntilNextTick(heir)).isEqualTo(LEASE);
    }

    @Test
    void aLeaderWantsOneForItsNextHeartbeatHoweverMuchHappens() {
        var leader = new Lone().elect();
        assertThat(millisUntilNextTick(leader)).isEqualTo(HEARTBEAT);

        leader.millis += 30;
        leader.step(new Input.Propose(leader.millis, Bytes.utf8("x")));
        assertThat(millisUntilNextTick(leader)).isEqualTo(20);

        leader.tickAfter(20);
        assertThat(leader.out.messages())
                .as("entries are as good as a heartbeat")
                .isEmpty();
        assertThat(millisUntilNextTick(leader)).isEqualTo(HEARTBEAT);

        leader.tickAfter(HEARTBEAT);
        assertThat(leader.out.messages()).hasSize(2);
    }

    @Test
    void whoIsSilentWantsNone() {
        assertThat(silentLeader().node.nextTickNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoHaltedWantsNone() {
        var leader = new Lone().elect();
        leader.step(new Input.StorageFailed());
        assertThat(leader.node.nextTickNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aFollowerWhoseDriverIsLateIsPatient() {
        var follower = follower();
        follower.millis += ELECTION + 799;

        follower.step(new Input.Tick(800 * MILLI));
        assertThat(follower.sentOf(PreVoteRequest.class)).isEmpty();

        follower.millis += 1;
        follower.step(new Input.Tick(800 * MILLI));
        assertThat(follower.sentOf(PreVoteRequest.class)).hasSize(2);
    }

    @Test
    void aLeaderWhoseDriverIsLateIsPatientButTellsNobodyThatItHoldsAMajority() {
        var leader = new Lone().elect();
        leader.receive(leader.matches(B, 1));
        leader.millis += ELECTION + 800;

        leader.step(new Input.Tick(800 * MILLI));
        assertThat(leader.node.role()).isEqualTo(Role.LEADER);
        assertThat(leader.node.raft.leaderHoldsMajority()).isFalse();

        leader.millis += 1;
        leader.step(new Input.Tick(800 * MILLI));
        assertThat(leader.node.role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void patienceLengthensNoLease() {
        var leader = new Lone().elect();
        leader.receive(leader.matches(B, 1));
        leader.millis += ELECTION;
        leader.step(new Input.Tick(2_000 * MILLI));

        leader.step(new Input.Read(7));

        assertThat(leader.out.confirmedReads()).isEmpty();
    }

    @Test
    void aSignOfLifeTakesAFewHeartbeats() {
        var leader = silentLeader();

        leader.receive(new PreVoteRequest(B, 1, leader.node.term() + 1, 1, 1, 0, 0, Floors.NONE));

        assertThat(heartbeatsUntilSilent(leader)).isBetween(2L, 5L);
    }

    @Test
    void aRequestKeepsALeaderAwakeForLonger() {
        var leader = silentLeader();

        leader.step(new Input.Read(1));

        assertThat(heartbeatsUntilSilent(leader)).isGreaterThan(QUIESCE_AFTER / HEARTBEAT - 2);
    }

    private static long heartbeatsUntilSilent(Lone leader) {
        assertThat(leader.node.needsTicks()).isTrue();
        long toB = 0;
        while (leader.node.needsTicks()) {
            assertThat(toB).as("heartbeats").isLessThan(10 * QUIESCE_AFTER / HEARTBEAT);
            toB += leader.out.messages().stream()
                    .filter(it -> it.to().equals(B) && it.message() instanceof AppendRequest)
                    .count();
            leader.receive(leader.matches(B, 1));
            leader.receive(leader.matches(C, 1));
            leader.tickAfter(HEARTBEAT);
        }
        return toB;
    }
}
