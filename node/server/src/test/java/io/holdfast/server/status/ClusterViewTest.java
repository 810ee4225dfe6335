package io.holdfast.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.membership.Hints;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.partition.Directories;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    private static final String SETTINGS =
            """
            site { name = a, data-dir = "unused" }
            sites.a { hosts = ["127.0.0.1"], port = 21000 }
            sites.b { hosts = ["127.0.0.1"], port = 21010 }
            sites.c { hosts = ["127.0.0.1"], port = 21020 }
            """;

    private final KeyspaceRegistry registry = new KeyspaceRegistry();
    private final IncidentLog incidents = new IncidentLog(() -> 5000);
    private final Hints hints = new Hints();
    private final Map<String, String> members =
            Map.of("127.0.0.1:21001", "up", "127.0.0.1:21011", "up", "127.0.0.1:21021", "joining");
    private final ClusterView view =
            new ClusterView(HoldfastSettings.parse(SETTINGS, "test"), "1.2", registry, hints, () -> members, incidents);

    @BeforeEach
    void makeKeyspace() {
        registry.add(new KeyspaceDefinition(
                "shop", 1, 1, 1, 1, Directories.sites("a", "b", "c"), Directories.membership("a", "b", "c")));
    }

    private static ReplicaReport follower(long term, String leader) {
        return new ReplicaReport("shop", 0, "follower", term, leader, 90, 95, 7, 700, 12, Map.of(), List.of());
    }

    private static ReplicaReport leader(long term, String self, List<String> answering) {
        return new ReplicaReport(
                "shop",
                0,
                "leader",
                term,
                self,
                100,
                120,
                8,
                800,
                0,
                Map.of("a", 120L, "b", 120L, "c", 60L),
                answering);
    }

    private static NodeReport node(String site, ReplicaReport... replicas) {
        String endpoint = "127.0.0.1:" + (21001 + 10 * (site.charAt(0) - 'a'));
        return new NodeReport(1, site, endpoint, 0, 1, true, false, "", 700, 1000, false, 0, false, List.of(replicas));
    }

    private KeyspaceStatus shop(NodeReport... reports) {
        return view.apply(List.of(reports)).getKeyspaces(0);
    }

    @Test
    void aHealthyCluster() {
        Status status = view.apply(List.of(
                node("a", follower(3, "b")),
                node("b", leader(3, "b", List.of("a", "c"))),
                node("c", follower(3, "b"))));
        assertThat(status.getLocalSite()).isEqualTo("a");
        assertThat(status.getVersion()).isEqualTo("1.2");
        assertThat(status.getSitesList()).allMatch(SiteStatus::getReachable);
        assertThat(status.getSitesList()).extracting(SiteStatus::getLeaders).containsExactly(0, 1, 0);
        assertThat(status.getSites(2).getNodes(0).getState()).isEqualTo("joining");
        KeyspaceStatus shop = status.getKeyspaces(0);
        assertThat(shop.getAvailable()).isTrue();
        assertThat(shop.getToleratesNow()).isEqualTo(1);
        var partition = shop.getPartitions(0);
        assertThat(partition.getLeader()).isEqualTo("b");
        assertThat(partition.getCommitIndex()).isEqualTo(100);
        assertThat(partition.getKeys()).isEqualTo(8);
        assertThat(partition.getReplicasList())
                .containsExactly(
                        replica("a", "follower", 120, 0, 12),
                        replica("b", "leader", 120, 0, 0),
                        replica("c", "follower", 60, 60, 12));
    }

    private static ReplicaStatus replica(String site, String role, long match, long lag, long staleness) {
        return ReplicaStatus.newBuilder()
                .setSite(site)
                .setRole(role)
                .setMatchIndex(match)
                .setLag(lag)
                .setStalenessMillis(staleness)
                .build();
    }

    @Test
    void aSiteThatDoesNotAnswerIsUnreachableAndItsNodeDown() {
        hints.tell(new SiteId("c"), false);
        Status status = view.apply(List.of(node("a", follower(3, "b")), node("b", leader(3, "b", List.of("a", "c")))));
        assertThat(status.getSites(2).getReachable()).isFalse();
        assertThat(status.getSites(2).getNodes(0).getStorageOk()).isFalse();
        assertThat(status.getKeyspaces(0).getPartitions(0).getReplicas(2).getRole())
                .isEqualTo("unreachable");
        assertThat(status.getKeyspaces(0).getToleratesNow())
                .as("an idle leader still counts c")
                .isZero();
        assertThat(status.getKeyspaces(0).getAvailable()).isTrue();

        Status withoutB = view.apply(List.of(node("a", follower(3, "a"))));
        assertThat(withoutB.getSites(1).getNodes(0).getState()).isEqualTo("down");
    }

    /** It steps down only when somebody wants something of it. */
    @Test
    void aSilentLeaderThatHasLostTheOtherSitesServesNothing() {
        hints.tell(new SiteId("b"), false);
        hints.tell(new SiteId("c"), false);
        assertThat(shop(node("a", leader(3, "a", List.of("b", "c")))).getAvailable())
                .isFalse();
    }

    @Test
    void aLeaderThatDidNotAnswerIsBelievedInOnlyBesideAMajority() {
        assertThat(shop(node("a", follower(3, "b"))).getAvailable()).isTrue();
        hints.tell(new SiteId("c"), false);
        assertThat(shop(node("a", follower(3, "b"))).getAvailable()).isTrue();
        hints.tell(new SiteId("b"), false);
        assertThat(shop(node("a", follower(3, "b"))).getAvailable()).isFalse();
    }

    @Test
    void aLagThatNobodyKnowsIsNoZero() throws Exception {
        Status status = view.apply(List.of(node("a", follower(3, ""))));
        assertThat(status.getKeyspaces(0).getPartitions(0).getReplicasList()).noneMatch(ReplicaStatus::hasLag);
        assertThat(MetricsText.of(status)).doesNotContain("holdfast_replica_lag");
        var replica = ProtoJson.of(status.getKeyspaces(0).getPartitions(0).getReplicas(2));
        assertThat(replica.get("lag").isNull()).isTrue();
        assertThat(replica.get("staleness_millis").isNull()).isTrue();
    }

    @Test
    void ofTwoLeadersTheOneWithTheHigherTermIsRight() {
        var old = leader(3, "b", List.of("a", "c"));
        var now = leader(5, "c", List.of("a"));
        assertThat(shop(node("a", follower(5, "c")), node("b", old), node("c", now))
                        .getPartitions(0)
                        .getLeader())
                .isEqualTo("c");
        assertThat(shop(node("a", follower(5, "")), node("b", old))
                        .getPartitions(0)
                        .getLeader())
                .as("an old leader while the others elect")
                .isEmpty();
    }

    @Test
    void withoutALeaderNothingIsTolerated() {
        KeyspaceStatus shop = shop(node("a", follower(4, "")), node("b", follower(4, "")));
        assertThat(shop.getAvailable()).isFalse();
        assertThat(shop.getToleratesNow()).isZero();
        assertThat(shop.getPartitions(0).getTerm()).isEqualTo(4);
    }

    @Test
    void aLeaderThatDidNotAnswerInTimeIsBelievedInUnlessItsSiteIsLost() {
        assertThat(shop(node("a", follower(4, "c"))).getPartitions(0).getLeader())
                .isEqualTo("c");
        hints.tell(new SiteId("c"), false);
        assertThat(shop(node("a", follower(4, "c"))).getPartitions(0).getLeader())
                .isEmpty();
    }

    @Test
    void aLearnerDoesNotCount() {
        var learner = new ReplicaReport("shop", 0, "learner", 3, "b", 1, 1, 1, 1, -1, Map.of(), List.of());
        assertThat(shop(node("a", follower(3, "b")), node("b", leader(3, "b", List.of("a", "c"))), node("c", learner))
                        .getToleratesNow())
                .isZero();
    }

    @Test
    void aReplicaThatItsNodeDoesNotHaveDoesNotCount() {
        var leader = node("b", leader(3, "b", List.of("a", "c")));
        assertThat(shop(node("a", follower(3, "b")), leader).getToleratesNow())
                .as("c did not answer in time")
                .isEqualTo(1);
        assertThat(shop(node("a", follower(3, "b")), leader, node("c")).getToleratesNow())
                .as("c has no such replica, its journal may have failed, and the idle leader does not know")
                .isZero();
    }

    @Test
    void incidentsComeNewestFirst() {
        incidents.report("site-unreachable", "b", "no heartbeats", "takeover");
        incidents.report("site-unreachable", "c", "no heartbeats", "takeover");
        incidents.recovered("site-unreachable", "b");
        var shown = new ArrayList<>(view.apply(List.of()).getIncidentsList());
        assertThat(shown).extracting(it -> it.getSubject()).containsExactly("c", "b");
        assertThat(shown).extracting(it -> it.getRecoveredMillis()).containsExactly(0L, 5000L);
    }
}
