package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Outputs;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.Role;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A disk was put back from an older copy, or lost what it had confirmed: its replica must not go on as if nothing had been (DESIGN 3, rule 11). */
class RolledBackStorageTest {
    private static final SiteId B = new SiteId("b");

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));
    private final List<Outputs.RolledBack> found = new ArrayList<>();

    RolledBackStorageTest() {
        cluster.observe((site, out) -> out.rolledBack().ifPresent(found::add));
    }

    @Test
    void isFoundOutAndRebuiltUnderTheSameLeader() {
        cluster.write("a", "early", 3);
        Replica.DiskCopy copy = cluster.at("b").copyOfDisk();
        long copied = cluster.core("b").raft().lastIndex();
        cluster.write("a", "late", 3);
        long held = cluster.core("a").raft().commitIndex();
        cluster.putBack("b", copy);

        cluster.run(500);

        assertThat(found).hasSize(1);
        assertThat(found.get(0).index()).isEqualTo(copied);
        assertThat(found.get(0).floor().index()).isEqualTo(held);
        assertThat(cluster.core("b").raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.core("a").raft().membership().isVoter(B, found.get(0).identity()))
                .isTrue();
        cluster.run(200);
        cluster.assertConverged();
        cluster.assertElectsWithout("a"); // Its vote counts.
    }

    /** With nothing written since the copy it would still not know that it has voted. */
    @Test
    void isFoundOutByTheTermAlone() {
        Replica.DiskCopy copy = cluster.at("b").copyOfDisk();
        cluster.crash("a");
        cluster.run(2_000);
        String leader = cluster.leader().orElseThrow();
        cluster.restart("a");
        cluster.run(500);
        assertThat(leader).isIn("b", "c");
        cluster.putBack("b", copy);

        cluster.run(500);

        assertThat(found).hasSize(1);
        assertThat(found.get(0).term()).isLessThan(found.get(0).floor().term());
    }

    /** All that is left is b's acknowledgement, which its disk has forgotten, and c, which never got the writes but was told of it. */
    @Test
    void doesNotElectAnybodyWhoLacksWhatItHasHeld() {
        Replica.DiskCopy copy = cluster.at("b").copyOfDisk();
        cluster.cut("a", "c");
        cluster.write("a", "acknowledged", 3);
        cluster.heal();
        cluster.cutOneWay("c", "a");
        cluster.pass(60);
        cluster.tick("a");
        cluster.drop(packet -> packet.message() instanceof AppendRequest request
                && !request.entries().isEmpty());
        cluster.settle();
        assertThat(cluster.core("c").raft().lastIndex())
                .isLessThan(cluster.core("b").raft().lastIndex());
        cluster.crash("a");
        cluster.heal();
        cluster.putBack("b", copy);

        cluster.run(5_000);

        assertThat(cluster.leader()).isEmpty();
        assertThat(found).hasSize(1);
        cluster.restart("a");
        cluster.run(2_000);
        long token = cluster.ask(cluster.leader().orElseThrow(), "acknowledged2", 0);
        cluster.run(100);
        assertThat(cluster.reply(cluster.leader().orElseThrow(), token))
                .containsInstanceOf(Reply.Answered.class)
                .get()
                .extracting(reply -> ((Reply.Answered) reply).answers().get(0))
                .isInstanceOfSatisfying(
                        Query.Value.class, value -> assertThat(value.value()).isPresent());
        cluster.run(500);
        cluster.assertConverged();
    }

    /** It has lost the whole partition, which was made after the copy, and would come back as one that never voted. */
    @Test
    void isFoundOutIfItHoldsNothingAtAll() {
        cluster.write("a", "early", 3);
        cluster.putBack("b", new Replica.DiskCopy(List.of(), Optional.empty()));

        cluster.run(500);

        assertThat(found).hasSize(1);
        assertThat(cluster.core("b").raft().role()).isEqualTo(Role.FOLLOWER);
        cluster.assertConverged();
    }

    /** Its leader would for ever send it what comes behind what it has forgotten. */
    @Test
    void isFoundOutAlsoWhileItMayNotVoteYet() {
        cluster.write("a", "early", 3);
        cluster.at("b").wipe(2);
        cluster.at("c").diskHeld = true; // Nothing more is committed, so b is not admitted.
        cluster.at("b").start(cluster.trueNanos);
        cluster.run(30);
        Replica.DiskCopy copy = cluster.at("b").copyOfDisk();
        cluster.run(500);
        assertThat(cluster.core("b").raft().role()).isEqualTo(Role.LEARNER);
        assertThat(cluster.core("b").raft().lastIndex())
                .isEqualTo(cluster.core("a").raft().lastIndex());
        cluster.putBack("b", copy);
        cluster.run(200);
        assertThat(found).hasSize(1);

        cluster.at("c").diskHeld = false;
        cluster.run(1_000);

        assertThat(cluster.core("b").raft().role()).isEqualTo(Role.FOLLOWER);
        cluster.assertConverged();
    }

    @Test
    void isRebuiltFromASilentGroup() {
        cluster.settings.quiesceAfter = 200;
        var idle = Cluster.ledByFirst(cluster.settings);
        Replica.DiskCopy copy = idle.at("b").copyOfDisk();
        idle.submit("a", idle.put("k", "v"));
        idle.run(1_000);
        assertThat(idle.core("a").needsTicks()).as("leader is awake").isFalse();
        idle.putBack("b", copy);

        idle.run(2_000);

        assertThat(idle.core("b").raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(idle.core("a").raft().membership().isVoter(B, 1)).isFalse();
        idle.assertConverged();
    }

    @Test
    void anOrdinaryRestartIsNone() {
        cluster.write("a", "k", 5);
        for (String site : List.of("b", "c", "a")) {
            cluster.restart(site);
            cluster.run(1_000);
        }
        assertThat(found).isEmpty();
        cluster.assertConverged();
    }
}
