package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Floors;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogPeek;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.Role;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A replica whose storage was lost is a stranger until it has been rebuilt and admitted (DESIGN 3, rule 11). */
class RebuiltReplicaTest {
    private static final SiteId C = new SiteId("c");

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));

    private void write(int count) {
        cluster.write("a", "k", count);
    }

    private void wipeC() {
        cluster.wipe("c", 2);
    }

    @Test
    void isRebuiltUnderTheSameLeaderAndVotesAgain() {
        write(5);
        wipeC();
        assertThat(cluster.core("c").raft().role()).isEqualTo(Role.LEARNER);

        cluster.run(500);

        assertThat(cluster.core("c").raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.core("a").raft().membership().isVoter(C, 2)).isTrue();
        cluster.run(200);
        cluster.assertConverged();
        cluster.assertElectsWithout("a"); // Its vote counts.
    }

    @Test
    void isRebuiltByImageAfterALongAbsence() {
        cluster.settings.logTailBytes = 100;
        var small = Cluster.ledByFirst(cluster.settings);
        small.write("a", "k", 20);
        small.wipe("c", 2);

        small.run(1_000);

        assertThat(small.core("c").raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(small.at("c").snapshot).isPresent();
        small.assertConverged();
    }

    @Test
    void doesNotVoteNorCampaignBeforeItIsAdmitted() {
        write(1);
        wipeC();
        cluster.isolate("a");
        cluster.cutOneWay("b", "c"); // b cannot tell it anything, but hears it.

        cluster.run(3_000);
        cluster.raft("c", new Input.Unreachable(new SiteId("a")));
        cluster.raft("c", new Input.Received(new VoteRequest(new SiteId("b"), 1, 9, 1_000, 8, false, Floors.NONE)));
        cluster.at("c").diskHeld = false;
        cluster.settle();

        assertThat(cluster.leader()).as("b alone of the admitted").isEmpty();
        assertThat(cluster.core("b").raft().leadingTerm()).isZero();
        assertThat(cluster.core("c").raft().hardState().vote()).isEmpty();
    }

    @Test
    void itsAcknowledgementsDoNotCountBeforeItIsAdmitted() {
        write(1);
        long committed = cluster.core("a").raft().commitIndex();
        cluster.cut("a", "b");
        wipeC();

        long token = cluster.submit("a", cluster.put("x", "1"));
        for (int i = 0; i < 4; i++) {
            cluster.run(100);
        }

        assertThat(cluster.core("c").raft().lastIndex())
                .isEqualTo(cluster.core("a").raft().lastIndex());
        assertThat(cluster.core("a").raft().commitIndex()).isEqualTo(committed);
        assertThat(cluster.reply("a", token))
                .as("acknowledged by a and a stranger")
                .isNotPresent();
    }

    /**
     * What the lost storage held must not be counted for the new one: a late acknowledgement of the old life, whose identity
     * may vote still, must not lend its vote to what only the new life acknowledged.
     */
    @Test
    void aLateAcknowledgementOfTheOldLifeDoesNotCountForTheNewOne() {
        write(1);
        cluster.submit("a", cluster.put("x", "1"));
        cluster.deliver("a", "c");
        cluster.durable("a");
        cluster.durable("c");
        List<Cluster.Packet> late =
                cluster.drop(packet -> packet.on("c", "a") && packet.message() instanceof AppendResponse);
        cluster.settle();
        wipeC();
        // The new life catches up and the leader appends its admission, which b does not get to see.
        cluster.at("b").diskHeld = true;
        cluster.run(300);
        long admission = cluster.core("a").raft().lastIndex();
        assertThat(cluster.core("c").raft().lastIndex()).isEqualTo(admission);
        long committed = cluster.core("a").raft().commitIndex();
        assertThat(committed).isLessThan(admission);

        late.forEach(cluster::arrive);

        assertThat(cluster.core("a").raft().commitIndex()).isEqualTo(committed);
        assertThat(cluster.core("a").raft().membership().isVoter(C, 2)).isFalse();
    }

    @Test
    void adoptsTheLeaderAsItsVoteOfTheTerm() {
        write(1);
        wipeC();
        cluster.run(100);

        assertThat(cluster.core("c").raft().hardState().vote()).contains(new SiteId("a"));
        assertThat(cluster.core("c").raft().term())
                .isEqualTo(cluster.core("a").raft().term());
    }

    /** In an idle group nobody would tell it again, and with the next site lost nobody could be elected. */
    @Test
    void theAdmissionSurvivesARestart() {
        write(1);
        wipeC();
        cluster.run(500);

        for (String site : List.of("a", "b", "c")) {
            cluster.restart(site);
            cluster.tick(site);
            assertThat(cluster.core(site).raft().membership().isVoter(C, 2))
                    .as("at " + site)
                    .isTrue();
        }

        assertThat(cluster.core("c").raft().role()).isNotEqualTo(Role.LEARNER);
        cluster.assertElectsWithout("a");
    }

    /** Whoever asks for its vote knows of its admission, if it has been admitted; it need not know that itself. */
    @Test
    void votesThoughItNeverHeardThatItWasAdmitted() {
        write(1);
        wipeC();
        long before = cluster.core("a").raft().lastIndex();
        while (cluster.core("c").raft().lastIndex() <= before) {
            cluster.run(10);
        }
        cluster.cutOneWay("a", "c"); // It has the entry, and never hears that it is committed.
        cluster.run(300);
        assertThat(cluster.core("b").raft().membership().isVoter(C, 2)).isTrue();
        assertThat(cluster.core("c").raft().role()).isEqualTo(Role.LEARNER);
        cluster.crash("a");
        cluster.restart("c");

        cluster.run(3_000);

        assertThat(cluster.leader()).contains("b");
        assertThat(cluster.core("c").raft().role()).isEqualTo(Role.FOLLOWER);
    }

    /** The other way round: it knows, and who has to count its vote does not, or has forgotten at a restart. */
    @Test
    void isCountedByWhoNeverHeardThatItWasAdmitted() {
        write(1);
        wipeC();
        long before = cluster.core("a").raft().lastIndex();
        while (cluster.core("b").raft().lastIndex() <= before) {
            cluster.run(1);
        }
        cluster.cutOneWay("a", "b"); // It has the entry, and never hears that it is committed.
        while (cluster.core("c").raft().role() == Role.LEARNER) {
            cluster.run(1);
        }
        assertThat(cluster.core("b").raft().membership().isVoter(C, 2)).isFalse();
        cluster.crash("a");
        cluster.restart("b");

        cluster.run(3_000);

        assertThat(cluster.leader()).isPresent();
        assertThat(cluster.core("b").raft().membership().isVoter(C, 2)).isTrue();
    }

    @Test
    void theAdmissionSurvivesInASnapshot() {
        cluster.settings.snapshotLogBytes = 1_000;
        var small = Cluster.ledByFirst(cluster.settings);
        small.wipe("c", 2);
        small.run(500);
        for (int i = 0; i < 50; i++) {
            small.submit("a", small.put("k", "v" + i));
            small.settle();
        }
        assertThat(small.at("c").snapshot).isPresent();

        small.restart("c");

        assertThat(small.core("c").raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(small.core("c").raft().hardState().identity()).isEqualTo(2);
    }

    @Test
    void wakesASilentGroupToBeRebuilt() {
        cluster.settings.quiesceAfter = 200;
        var idle = Cluster.ledByFirst(cluster.settings);
        idle.run(1_000);
        assertThat(idle.core("a").needsTicks()).as("leader is awake").isFalse();
        idle.wipe("c", 2);

        idle.run(2_000);

        assertThat(idle.core("c").raft().role()).isEqualTo(Role.FOLLOWER);
    }

    /** Two majorities never differ in more than one identity, so the second waits until the first is committed, however ready it is. */
    @Test
    void ofTwoStrangersOneIsAdmittedAtATime() {
        var five = Cluster.ledByFirst(new Settings("a", "b", "c", "d", "e"));
        five.write("a", "k", 5);
        five.wipe("d", 2);
        five.wipe("e", 3);
        // The strangers come level, and nothing more is committed: two of the voters write nothing down.
        five.at("b").diskHeld = true;
        five.at("c").diskHeld = true;
        five.run(500);
        assertThat(admissions(five)).isEqualTo(1);
        assertThat(five.core("d").raft().lastIndex())
                .isEqualTo(five.core("a").raft().lastIndex());
        assertThat(five.core("e").raft().lastIndex())
                .isEqualTo(five.core("a").raft().lastIndex());

        five.at("b").diskHeld = false;
        five.at("c").diskHeld = false;
        five.run(500);

        assertThat(admissions(five)).isEqualTo(2);
        assertThat(five.core("a").raft().membership().isVoter(new SiteId("d"), 2))
                .isTrue();
        assertThat(five.core("a").raft().membership().isVoter(new SiteId("e"), 3))
                .isTrue();
    }

    /** That stand in the leader's log. */
    private static long admissions(Cluster cluster) {
        var raft = cluster.core("a").raft();
        return LongStream.rangeClosed(LogPeek.baseIndex(raft) + 1, raft.lastIndex())
                .filter(index -> LogPeek.entry(raft, index).kind() == Entry.Kind.ADMIT)
                .count();
    }
}
