package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two sites do not reach each other, and both reach the others (docs/protocol.md, section 22). */
class BrokenLinkTest {
    private final Settings settings = new Settings("a", "b", "c");
    private Cluster cluster = Cluster.ledByFirst(settings);

    /** Leaders fall silent; as the tests of silence have it. */
    private void silentAfter(long millis) {
        settings.quiesceAfter = millis;
        cluster = Cluster.ledByFirst(settings);
    }

    private void breakLink(String one, String other) {
        cluster.cut(one, other);
        reach(one, other, false);
    }

    private void mend(String one, String other) {
        cluster.heal();
        reach(one, other, true);
    }

    private void reach(String one, String other, boolean reaches) {
        hint(one, other, reaches);
        hint(other, one, reaches);
    }

    private void hint(String at, String about, boolean reaches) {
        var site = new SiteId(about);
        cluster.raft(at, reaches ? new Input.Reachable(site) : new Input.Unreachable(site));
    }

    @Test
    void theSiteThatReachesBothLeads() {
        breakLink("a", "b");
        cluster.run(1_500);

        assertThat(cluster.leader()).contains("c");
        long term = cluster.core("c").raft().term();

        cluster.run(20_000);
        assertThat(cluster.core("c").raft().leadingTerm())
                .as("for as long as it lasts")
                .isEqualTo(term);
    }

    @Test
    void itGoesOnWhenTheLinkIsMended() {
        breakLink("a", "b");
        cluster.run(1_500);
        mend("a", "b");
        cluster.run(1_500);

        assertThat(cluster.leader()).contains("c");
        long token = cluster.submit("c", cluster.put("k", "v"));
        cluster.settle();
        assertThat(cluster.reply("c", token)).isPresent();
        cluster.run(100);
        cluster.assertConverged();
    }

    @Test
    void aSilentLeaderGoesToo() {
        silentAfter(100);
        cluster.run(1_000);
        assertThat(cluster.core("a").raft().needsTicks()).isFalse();

        breakLink("a", "b");
        cluster.run(2_000);

        assertThat(cluster.leader()).contains("c");
    }

    @Test
    void aSilentLeaderGoesTooWhereAnswersTakeTheirTime() {
        silentAfter(100);
        cluster.run(1_000);
        breakLink("a", "b");
        for (int i = 0; i < 300; i++) {
            cluster.pass(10);
            cluster.tickAll();
            // One way takes 40 ms.
            if (i % 4 == 0) {
                cluster.deliver(packet -> true);
            }
            cluster.replicas.keySet().forEach(site -> durable(site.name()));
        }

        assertThat(cluster.leader()).contains("c");
    }

    private void durable(String site) {
        if (cluster.at(site).writing.isPresent()) {
            cluster.durable(site);
        }
    }

    @Test
    void aSilentLeaderHearsThatTheLinkIsMended() {
        silentAfter(100);
        breakLink("a", "b");
        cluster.run(3_000);
        assertThat(cluster.leader()).contains("c");
        assertThat(cluster.core("c").raft().leaderView().orElseThrow().worseConnected())
                .containsExactlyInAnyOrder(new SiteId("a"), new SiteId("b"));
        assertThat(cluster.core("c").raft().needsTicks()).isFalse();

        mend("a", "b");
        cluster.run(1_000);

        assertThat(cluster.core("c").raft().leaderView().orElseThrow().worseConnected())
                .isEmpty();
        assertThat(cluster.core("c").raft().needsTicks()).isFalse();
    }

    @Test
    void aSiteThatAnswersKeepsItsLeaderAwakeUntilItHasAllThoughItIsSaidToBeLost() {
        silentAfter(100);
        hint("a", "b", false);
        cluster.at("b").diskHeld = true;
        cluster.submit("a", cluster.put("k", "v"));
        cluster.run(3_000);
        assertThat(cluster.core("a").raft().needsTicks()).isTrue();

        cluster.at("b").diskHeld = false;
        cluster.run(1_000);
        assertThat(cluster.core("a").raft().needsTicks()).isFalse();
    }

    @Test
    void aSiteThatIsLostMovesNobody() {
        cluster.crash("b");
        hint("a", "b", false);
        cluster.run(800);
        hint("c", "b", false);
        long term = cluster.core("a").raft().term();

        cluster.run(20_000);

        assertThat(cluster.core("a").raft().leadingTerm()).isEqualTo(term);
    }

    @Test
    void aNewLeaderKnowsWhoIsLostAndFallsSilentWithoutIt() {
        silentAfter(100);
        cluster.run(1_000);
        cluster.crash("a");
        hint("b", "a", false);
        hint("c", "a", false);
        cluster.run(2_000);

        assertThat(cluster.leader()).isPresent();
        assertThat(cluster.core(cluster.leader().get()).raft().needsTicks()).isFalse();
    }

    @Test
    void ofFiveSitesTheOneThatReachesMostLeads() {
        cluster = Cluster.ledByFirst(new Settings("a", "b", "c", "d", "e"));
        breakLink("a", "b");
        breakLink("a", "c");
        breakLink("c", "d");
        cluster.run(1_500);

        assertThat(cluster.leader()).as("b lacks a, c lacks two, d lacks c").contains("e");
    }

    @Test
    void ofFiveSitesASlowLeaderGoesToOneThatHoldsAllThatIsCommitted() {
        cluster = Cluster.ledByFirst(new Settings("a", "b", "c", "d", "e"));
        cluster.at("a").diskHeld = true;
        cluster.cut("a", "b");
        cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        assertThat(cluster.core("a").raft().commitIndex())
                .as("by c, d and e")
                .isGreaterThan(cluster.core("a").raft().durableIndex());
        cluster.heal();
        cluster.at("b").diskHeld = true;
        cluster.raft("a", new Input.StorageSlow(true));
        cluster.run(150);

        assertThat(cluster.leader())
                .as("b, which comes first, has not written it")
                .contains("c");
        assertThat(List.of("a", "b"))
                .noneMatch(site -> cluster.core(site).raft().role() == Role.LEADER);
    }
}
