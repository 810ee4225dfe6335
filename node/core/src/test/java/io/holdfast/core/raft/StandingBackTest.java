package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static io.holdfast.core.raft.Lone.C;
import static io.holdfast.core.raft.Lone.ELECTION;
import static io.holdfast.core.raft.Lone.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Of two with the same log that stand at the same time the later one in the order of preference, "a" here, stands back. */
class StandingBackTest {
    private static final long ADMITTED = 1;
    private static final long STRANGER = 2;

    private final Lone lone = Lone.recovered(Lone.preferring(B, A, C), 5, Optional.empty(), 1, 5, 5);

    private void whenBAsks(long identity) {
        lone.tickAfter(LEASE + 2 * ELECTION);
        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
        lone.receive(new PreVoteRequest(B, identity, 6, 2, 5, 0, 0, Floors.NONE));
    }

    @Test
    void forOneThatMayVote() {
        whenBAsks(ADMITTED);

        assertThat(lone.node.role()).isEqualTo(Role.FOLLOWER);
    }

    /** It asks only to wake a leader, and never stands: nobody would. */
    @Test
    void notForOneThatMayNotVote() {
        whenBAsks(STRANGER);

        assertThat(lone.node.role()).isEqualTo(Role.PRE_CANDIDATE);
    }
}
