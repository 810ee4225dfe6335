package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The decisions at sites of three nodes each, as node a1 unless said otherwise. */
class SeveralNodesRulesTest {
    private static final Topology TOPOLOGY = topology();
    private static final Genesis GENESIS = genesis();

    private static Topology topology() {
        String sites = Stream.of("a", "b", "c")
                .map(site -> site + " { hosts = " + hosts(site) + ", port = 7400 }")
                .collect(Collectors.joining("\n", "sites {\n", "\n}\n"));
        return new Topology(HoldfastSettings.parse(
                """
                site { name = a, host = "10.0.0.1", data-dir = "/data" }
                persistence {
                  journal = cassandra
                  cassandra { contact-points = ["10.0.0.9"], datacenter = "a", keyspace = "holdfast_a" }
                }
                """
                        + sites,
                "test.conf"));
    }

    private static String hosts(String site) {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(i -> "\"10.0." + (site.charAt(0) - 'a') + "." + i + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static Genesis genesis() {
        var identities = new TreeMap<SiteId, Long>();
        Stream.of("a", "b", "c").forEach(site -> identities.put(new SiteId(site), (long) site.charAt(0)));
        return new Genesis(1, identities);
    }

    private static String address(String node) {
        return "pekko://holdfast@10.0." + (node.charAt(0) - 'a') + "." + node.charAt(1) + ":7401";
    }

    private static Incarnation node(String node) {
        return new Incarnation(address(node), 7);
    }

    private static ProbeAnswer answer(String node, Standing standing, Genesis genesis, long identity, String... sight) {
        return new ProbeAnswer(
                0,
                node(node),
                node.substring(0, 1),
                TOPOLOGY.fingerprint(),
                standing,
                identity,
                Optional.ofNullable(genesis),
                List.of(),
                List.of(sight));
    }

    private static ProbeAnswer ready(String node, String... sight) {
        return answer(node, Standing.READY, GENESIS, node.charAt(0), sight);
    }

    private static ProbeAnswer fresh(String node) {
        return answer(node, Standing.READY, null, node.charAt(0));
    }

    @Test
    void oneNodeOfEachSiteIsEnoughToFoundAndOneThatIsStillStartingIsNotAsked() {
        var rule = new GenesisRule(TOPOLOGY);
        var starting = answer("b2", Standing.STARTING, null, 0);
        assertThat(rule.decide('a', Optional.empty(), List.of(fresh("b1"), starting, fresh("c3"))))
                .isEqualTo(new GenesisRule.Step.Create(GENESIS.identities()));
        assertThat(rule.decide('a', Optional.empty(), List.of(fresh("b1"), starting)))
                .isInstanceOf(GenesisRule.Step.Wait.class);
    }

    @Test
    void whatAnotherNodeOfTheSiteKnowsIsTakenOver() {
        var sibling = answer("a2", Standing.READY, GENESIS, 'a');
        assertThat(new GenesisRule(TOPOLOGY).decide('a', Optional.empty(), List.of(sibling)))
                .isEqualTo(new GenesisRule.Step.Adopt(GENESIS));
    }

    @Test
    void nodesOfASiteWithDifferentStoragesAreAMistake() {
        var step = new GenesisRule(TOPOLOGY)
                .decide('a', Optional.empty(), List.of(answer("a2", Standing.READY, null, 99)));
        assertThat(step).isInstanceOfSatisfying(GenesisRule.Step.Refuse.class, refuse -> assertThat(refuse.message())
                .contains("10.0.0.2", "must share one", "persistence.cassandra"));
    }

    @Test
    void aSiteCountsForFoundingAnewWithMostOfItsNodes() {
        var rule = new JoinRule(TOPOLOGY);
        // One node each of a and b: other nodes of the same sites could do the same elsewhere.
        assertThat(rule.decide(address("a1"), GENESIS, List.of(ready("b1")), Optional.empty()))
                .isInstanceOf(JoinRule.Step.Wait.class);
        assertThat(rule.decide(
                        address("a1"), GENESIS, List.of(ready("a2"), ready("b1"), ready("b3")), Optional.empty()))
                .isInstanceOf(JoinRule.Step.Found.class);
    }

    @Test
    void promisesAreThoseOfMostNodesOfMostSites() {
        assertThat(TOPOLOGY.sitesOfMajorities(Set.of(address("a1"), address("a3"), address("b2"))))
                .containsExactly("a");
        assertThat(TOPOLOGY.sitesOfMajorities(
                        Set.of(address("a1"), address("a3"), address("b2"), address("b1"), address("c1"))))
                .containsExactly("a", "b");
    }

    private static StuckJoin.Neighbour member(String node, StuckJoin.Phase phase, boolean seen) {
        return new StuckJoin.Neighbour(node(node), node.substring(0, 1), phase, seen);
    }

    private static Set<Incarnation> afterRounds(List<StuckJoin.Neighbour> members, Set<Incarnation> answering) {
        var rule = new StuckJoin(TOPOLOGY, 2, 3, 6);
        var downed = Set.<Incarnation>of();
        for (int i = 0; i < 9; i++) {
            downed = rule.round(members, answering, answering);
        }
        return downed;
    }

    @Test
    void theDeadOfASiteThatLostMostOfItsNodesDoNotKeepTheNextOneOut() {
        var members = List.of(
                member("a1", StuckJoin.Phase.ESTABLISHED, true),
                member("b1", StuckJoin.Phase.JOINING, true),
                member("b2", StuckJoin.Phase.ESTABLISHED, false),
                member("b3", StuckJoin.Phase.ESTABLISHED, false));
        assertThat(afterRounds(members, Set.of(node("a1"), node("b1"))))
                .containsExactlyInAnyOrder(node("b2"), node("b3"));
    }

    @Test
    void theDeadOfASiteOfWhichOthersLiveAreLeftToThem() {
        var members = List.of(
                member("a1", StuckJoin.Phase.ESTABLISHED, true),
                member("b1", StuckJoin.Phase.ESTABLISHED, true),
                member("b2", StuckJoin.Phase.ESTABLISHED, false),
                member("c1", StuckJoin.Phase.JOINING, true));
        assertThat(afterRounds(members, Set.of(node("a1"), node("b1"), node("c1"))))
                .isEmpty();
    }
}
