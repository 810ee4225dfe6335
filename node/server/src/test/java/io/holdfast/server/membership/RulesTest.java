package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The decisions by themselves, as site a unless said otherwise. */
class RulesTest {
    private static final Topology AT_A = topology("a");
    private static final Genesis GENESIS = genesis(1, "a", "b", "c");
    private static final Genesis OTHER = genesis(2, "a", "b", "c");

    private static Topology topology(String self) {
        return new Topology(HoldfastSettings.parse(
                "site { name = " + self + ", data-dir = \"/data\" }\n"
                        + "sites { a { hosts = [\"10.0.0.1\"] }, b { hosts = [\"10.0.0.2\"] }, c { hosts = [\"10.0.0.3\"] } }",
                "test.conf"));
    }

    private static Genesis genesis(long id, String... sites) {
        var identities = new TreeMap<SiteId, Long>();
        for (String site : sites) {
            identities.put(new SiteId(site), (long) site.charAt(0));
        }
        return new Genesis(id, identities);
    }

    private static String address(String site) {
        return "pekko://holdfast@10.0.0." + (site.charAt(0) - 'a' + 1) + ":7401";
    }

    private static Incarnation node(String site) {
        return new Incarnation(address(site), 7);
    }

    private static ProbeAnswer answer(String site, Standing standing, Genesis genesis, String... sight) {
        return new ProbeAnswer(
                0,
                node(site),
                site,
                AT_A.fingerprint(),
                standing,
                site.charAt(0),
                Optional.ofNullable(genesis),
                List.of(),
                List.of(sight));
    }

    private static GenesisRule.Step genesisStep(Genesis own, ProbeAnswer... answers) {
        return new GenesisRule(AT_A).decide('a', Optional.ofNullable(own), List.of(answers));
    }

    private static JoinRule.Step joinStep(String self, ProbeAnswer... answers) {
        return new JoinRule(topology(self)).decide(address(self), GENESIS, List.of(answers), Optional.empty());
    }

    @Test
    void onlyTheFirstNodeMakesAGenesisAndOnlyWhenAllSitesHaveNone() {
        var b = answer("b", Standing.READY, null);
        var c = answer("c", Standing.READY, null);

        assertThat(genesisStep(null, b, c)).isEqualTo(new GenesisRule.Step.Create(GENESIS.identities()));
        assertThat(genesisStep(null, b)).isInstanceOf(GenesisRule.Step.Wait.class);
        assertThat(genesisStep(null, b, answer("c", Standing.STARTING, null)))
                .isInstanceOf(GenesisRule.Step.Wait.class);
        assertThat(new GenesisRule(topology("b"))
                        .decide('b', Optional.empty(), List.of(answer("a", Standing.READY, null), c)))
                .isEqualTo(new GenesisRule.Step.Wait("site a, which founds the cluster"));
    }

    @Test
    void aGenesisThatAnyoneHasIsAdopted() {
        assertThat(genesisStep(null, answer("c", Standing.READY, GENESIS)))
                .isEqualTo(new GenesisRule.Step.Adopt(GENESIS));
        assertThat(genesisStep(GENESIS, answer("c", Standing.READY, null))).isEqualTo(new GenesisRule.Step.Settled());
    }

    @Test
    void oneOfAnotherClusterRefusesAndTheMajorityGoesOn() {
        assertThat(genesisStep(GENESIS, answer("b", Standing.READY, OTHER), answer("c", Standing.READY, OTHER)))
                .isInstanceOfSatisfying(GenesisRule.Step.Refuse.class, refuse -> assertThat(refuse.message())
                        .contains("site a belongs to the cluster 0000000000000001")
                        .contains("site b, c belongs to the cluster 0000000000000002"));
        assertThat(genesisStep(GENESIS, answer("b", Standing.READY, OTHER), answer("c", Standing.READY, GENESIS)))
                .isEqualTo(new GenesisRule.Step.Settled());
        assertThat(genesisStep(GENESIS, answer("b", Standing.READY, OTHER))).isInstanceOf(GenesisRule.Step.Wait.class);
        assertThat(genesisStep(null, answer("b", Standing.READY, OTHER), answer("c", Standing.READY, GENESIS)))
                .isInstanceOf(GenesisRule.Step.Refuse.class);
    }

    @Test
    void differentSitesOrTheSameStorageTwiceAreMistakes() {
        assertThat(genesisStep(genesis(3, "a", "b"))).isInstanceOf(GenesisRule.Step.Refuse.class);
        var copy = new ProbeAnswer(
                0, node("b"), "b", AT_A.fingerprint(), Standing.READY, 'a', Optional.empty(), List.of(), List.of("b"));
        assertThat(genesisStep(null, copy, answer("c", Standing.READY, null)))
                .isInstanceOfSatisfying(GenesisRule.Step.Refuse.class, refuse -> assertThat(refuse.message())
                        .contains("same storage identity"));
    }

    @Test
    void aClusterThatAnyoneIsInIsJoinedAndTheOneOfAMajorityFirst() {
        assertThat(joinStep(
                        "b", answer("a", Standing.UP, GENESIS, "a"), answer("c", Standing.READY, GENESIS, "a", "c")))
                .isEqualTo(new JoinRule.Step.Join(address("a")));
        assertThat(joinStep("c", answer("a", Standing.UP, GENESIS, "a"), answer("b", Standing.UP, GENESIS, "b", "c")))
                .isEqualTo(new JoinRule.Step.Join(address("b")));
        assertThat(joinStep("b", answer("a", Standing.UP, OTHER, "a"))).isInstanceOf(JoinRule.Step.Wait.class);
        assertThat(joinStep("b", answer("a", Standing.LEAVING, GENESIS, "a"))).isInstanceOf(JoinRule.Step.Wait.class);
    }

    @Test
    void aMajorityIsNeededToFoundAndTheFirstWhoHearsOneDoes() {
        assertThat(joinStep("a")).isInstanceOf(JoinRule.Step.Wait.class);
        assertThat(joinStep("b", answer("c", Standing.READY, GENESIS, "b", "c")))
                .isInstanceOf(JoinRule.Step.Found.class);
        assertThat(joinStep("b", answer("a", Standing.READY, GENESIS, "a", "b")))
                .isInstanceOf(JoinRule.Step.Wait.class);
        // a is heard, but hears nobody: b must not wait for it.
        assertThat(joinStep("b", answer("a", Standing.READY, GENESIS, "a"), answer("c", Standing.READY, GENESIS, "c")))
                .isInstanceOf(JoinRule.Step.Found.class);
    }

    @Test
    void aPromiseIsForOneFounderAtATimeAndOutlivesItsUse() {
        var granter = new Candidacy(100);
        assertThat(granter.promise(node("a"), 0)).isTrue();
        assertThat(granter.promise(node("b"), 99)).isFalse();
        assertThat(granter.promise(node("a"), 50)).isTrue();
        assertThat(granter.promise(node("b"), 149)).isFalse();
        assertThat(granter.promise(node("b"), 150)).isTrue();

        var founder = new Candidacy(100);
        founder.ask(0);
        assertThat(founder.granted("b", 0, 49)).containsExactly("b");
        assertThat(founder.granted("c", 0, 50)).as("too late").isEmpty();
        assertThat(founder.mayAsk(49)).isFalse();
        assertThat(founder.mayAsk(50)).isTrue();
        founder.ask(60);
        assertThat(founder.granted("c", 0, 61)).as("of an earlier question").isEmpty();
    }

    private static final Set<Incarnation> AC = Set.of(node("a"), node("c"));
    private static final Set<Incarnation> ABC = Set.of(node("a"), node("b"), node("c"));

    private static StuckJoin.Neighbour member(String site, StuckJoin.Phase phase, boolean seen) {
        return new StuckJoin.Neighbour(node(site), site, phase, seen);
    }

    private static Set<Incarnation> afterRounds(
            int rounds, List<StuckJoin.Neighbour> members, Set<Incarnation> answering) {
        var rule = new StuckJoin(AT_A, 2, 3, 6);
        var downed = Set.<Incarnation>of();
        for (int i = 0; i < rounds; i++) {
            downed = rule.round(members, answering, answering);
        }
        return downed;
    }

    @Test
    void aSilentMemberIsDownedWhenItKeepsAThirdSiteOut() {
        var members = List.of(
                member("a", StuckJoin.Phase.ESTABLISHED, true),
                member("b", StuckJoin.Phase.ESTABLISHED, false),
                member("c", StuckJoin.Phase.JOINING, true));
        Set<Incarnation> answering = Set.of(node("a"), node("c"));

        assertThat(afterRounds(2, members, answering)).isEmpty();
        assertThat(afterRounds(3, members, answering)).containsExactly(node("b"));
        assertThat(afterRounds(9, members, Set.of(node("a")))).as("no majority").isEmpty();
        assertThat(afterRounds(9, members, Set.of(node("a"), node("b"), node("c"))))
                .as("it answers")
                .isEmpty();
    }

    @Test
    void whoAnswersButHasNotHeardOfThisNodeIsGivenLonger() {
        var members = List.of(
                member("a", StuckJoin.Phase.ESTABLISHED, true),
                member("b", StuckJoin.Phase.ESTABLISHED, false),
                member("c", StuckJoin.Phase.JOINING, true));
        var rule = new StuckJoin(AT_A, 2, 3, 6);
        for (int round = 1; round < 6; round++) {
            assertThat(rule.round(members, ABC, AC)).as("round %d", round).isEmpty();
        }
        assertThat(rule.round(members, ABC, AC)).as("it has given this node up").containsExactly(node("b"));
    }

    @Test
    void nobodyIsDownedForNobody() {
        var calm = List.of(
                member("a", StuckJoin.Phase.ESTABLISHED, true),
                member("b", StuckJoin.Phase.ESTABLISHED, false),
                member("c", StuckJoin.Phase.ESTABLISHED, true));
        assertThat(afterRounds(9, calm, Set.of(node("a"), node("c")))).isEmpty();

        var seen = new ArrayList<>(calm);
        seen.set(1, member("b", StuckJoin.Phase.ESTABLISHED, true));
        seen.set(2, member("c", StuckJoin.Phase.JOINING, true));
        assertThat(afterRounds(9, seen, Set.of(node("a"), node("c"))))
                .as("it has seen it")
                .isEmpty();
    }

    @Test
    void aPauseOfThisProcessMakesNobodySilent() {
        var members = List.of(
                member("a", StuckJoin.Phase.ESTABLISHED, true),
                member("b", StuckJoin.Phase.ESTABLISHED, false),
                member("c", StuckJoin.Phase.JOINING, true));
        var rule = new StuckJoin(AT_A, 2, 3, 6);
        for (int i = 0; i < 10; i++) {
            assertThat(rule.round(members, AC, AC)).hasSize(i < 2 ? 0 : 1);
            if (i == 2) {
                break;
            }
        }
        assertThat(rule.round(members, ABC, ABC)).isEmpty();
        assertThat(rule.round(members, AC, AC)).as("counts anew").isEmpty();
    }

    @Test
    void theSmallerIslandYieldsAndOfEqualOnesTheLater() {
        var ab = answer("a", Standing.UP, GENESIS, "a", "b");
        var rule = new IslandRule(topology("c"), 2);
        assertThat(rule.round(GENESIS, Set.of("c"), List.of(ab))).isEmpty();
        assertThat(rule.round(GENESIS, Set.of("c"), List.of(ab))).contains(ab);
        assertThat(rule.round(GENESIS, Set.of("c"), List.of())).isEmpty();
        assertThat(rule.round(GENESIS, Set.of("c"), List.of(ab)))
                .as("counts anew")
                .isEmpty();

        var c = answer("c", Standing.UP, GENESIS, "c");
        var stronger = new IslandRule(AT_A, 1);
        assertThat(stronger.round(GENESIS, Set.of("a", "b"), List.of(c))).isEmpty();
        assertThat(stronger.round(GENESIS, Set.of("a"), List.of(c))).isEmpty();
        assertThat(new IslandRule(topology("c"), 1)
                        .round(GENESIS, Set.of("c"), List.of(answer("a", Standing.UP, GENESIS, "a"))))
                .isPresent();
        assertThat(new IslandRule(topology("c"), 1)
                        .round(GENESIS, Set.of("c"), List.of(answer("a", Standing.UP, OTHER, "a", "b"))))
                .as("of another cluster")
                .isEmpty();
    }

    @Test
    void answersCountWhileTheyAreRecentAndOfListedNodes() {
        var neighbours = new Neighbours(AT_A, 100);
        assertThat(neighbours.heard(answer("b", Standing.READY, GENESIS), 50)).isTrue();
        assertThat(neighbours.recent(99)).hasSize(1);
        assertThat(neighbours.recent(100)).isEmpty();
        assertThat(neighbours.heard(answer("c", Standing.READY, GENESIS), 100))
                .as("from a buffer")
                .isFalse();
        assertThat(neighbours.heard(answer("x", Standing.READY, GENESIS), 50)).isFalse();
        assertThat(neighbours.endRound()).containsExactly(node("b"));
        assertThat(neighbours.endRound()).isEmpty();
        assertThat(neighbours.sites(List.of())).containsExactly("a");
        assertThat(Map.copyOf(AT_A.nodes())).containsKey(address("b"));
    }
}
