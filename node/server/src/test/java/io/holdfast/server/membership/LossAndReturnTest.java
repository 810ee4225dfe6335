package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.SiteId;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sites that die, are cut off and come back, with nobody's help. */
class LossAndReturnTest {
    private static final SiteId B = new SiteId("b");
    private static final SiteId C = new SiteId("c");

    @TempDir
    Path dir;

    @Test
    void aSiteThatRestartsWhileAnotherIsDeadComesUpAndTheDeadOneFollows() {
        try (var sites = started("a", "b", "c")) {
            var hints = new ConcurrentLinkedQueue<String>();
            sites.node("a").membership().reachability().subscribe((site, there) -> hints.add(site + "=" + there));

            sites.kill("b");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> unreachable(sites, "a").equals(Set.of(B)));
            assertThat(openIncidents(sites, "a")).contains("site-unreachable b");

            // The trap: the first member of a site must be seen by all members, and b is one that sees no more.
            sites.kill("c");
            sites.start("c");
            sites.awaitUp("a", "c");
            assertThat(openIncidents(sites, "a")).contains("site-downed b");

            sites.start("b");
            sites.awaitUp("a", "b", "c");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> openIncidents(sites, "a").isEmpty()
                            && unreachable(sites, "a").isEmpty());
            assertThat(hints).contains("b=false", "b=true", "c=false", "c=true");
            assertThat(sites.node("b").membership().reachability().nodes().values())
                    .containsOnly(NodeState.UP);
        }
    }

    @Test
    void theLastOfThreeTakesInOneThatReturns() {
        try (var sites = started("a", "b", "c")) {
            sites.kill("a");
            sites.kill("b");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> unreachable(sites, "c").size() == 2);

            sites.start("b");
            sites.awaitUp("b", "c");
            assertThat(sites.node("b").cluster().state().getMembers()).hasSize(2);
        }
    }

    @Test
    void aSiteThatIsCutOffNeitherDownsNorIsDownedAndComesBack() {
        try (var sites = started("a", "b", "c")) {
            Incarnation before = Incarnation.of(sites.node("c").cluster().selfUniqueAddress());
            sites.cut("c", "a");
            sites.cut("c", "b");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> unreachable(sites, "c").size() == 2
                            && unreachable(sites, "a").equals(Set.of(C)));

            assertThat(sites.node("c").cluster().state().getMembers()).hasSize(3);
            assertThat(sites.node("a").cluster().state().getMembers()).hasSize(3);
            sites.heal("c", "a");
            sites.heal("c", "b");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> unreachable(sites, "c").isEmpty()
                            && unreachable(sites, "a").isEmpty());
            sites.awaitUp("a", "b", "c");
            assertThat(Incarnation.of(sites.node("c").cluster().selfUniqueAddress()))
                    .isEqualTo(before);
        }
    }

    @Test
    void aSiteThatWasDownedWhileCutOffStopsWhenItsLinksHealAndComesBack() {
        try (var sites = started("a", "b", "c")) {
            sites.cut("c", "a");
            sites.cut("c", "b");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> unreachable(sites, "a").equals(Set.of(C)));
            // b restarts and sees a majority, a and itself, without c: c must give way.
            sites.kill("b");
            TestSites.Node cutOff = sites.node("c");
            sites.start("b");
            sites.awaitUp("a", "b");
            assertThat(cutOff.isUp()).isTrue();
            assertThat(cutOff.cluster().state().getMembers()).hasSize(3);

            sites.heal("c", "a");
            sites.heal("c", "b");
            TestSites.awaitStopped(cutOff);
            sites.start("c");
            sites.awaitUp("a", "b", "c");
        }
    }

    @Test
    void aSiteThatIsCutOffAloneFoundsNothingAndTheOldIslandYields() {
        try (var sites = started("a", "b", "c")) {
            // c keeps the old cluster to itself, while a and b lose theirs and found anew without it.
            sites.cut("c", "a");
            sites.cut("c", "b");
            sites.kill("a");
            TestSites.Node island = sites.node("c");
            sites.kill("b");
            sites.start("a");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> Heard.answer(sites, "a").standing().equals(Standing.READY));
            assertThat(Heard.by(sites, "a")).containsExactly("a");

            sites.start("b");
            sites.awaitUp("a", "b");
            assertThat(island.isUp()).isTrue();

            sites.heal("c", "a");
            sites.heal("c", "b");
            TestSites.awaitStopped(island);
            sites.start("c");
            sites.awaitUp("a", "b", "c");
        }
    }

    @Test
    void storageThatWasLostGetsANewIdentityInTheOldCluster() {
        try (var sites = started("a", "b", "c")) {
            SiteIdentity before = sites.node("a").identity();
            sites.kill("a");
            sites.wipe("a");
            sites.start("a");
            sites.awaitUp("a", "b", "c");

            SiteIdentity after = sites.node("a").identity();
            assertThat(after.genesis()).isEqualTo(before.genesis());
            assertThat(after.identity()).isNotEqualTo(before.identity()).isNotZero();
            assertThat(openIncidents(sites, "a")).contains("storage-replaced a");
        }
    }

    private TestSites started(String... names) {
        var sites = new TestSites(dir, names);
        for (String name : names) {
            sites.start(name);
        }
        sites.awaitUp(names);
        await().atMost(TestSites.PATIENCE).until(() -> {
            boolean all = true;
            for (String name : names) {
                all &= unreachable(sites, name).isEmpty()
                        && sites.node(name)
                                .membership()
                                .ready()
                                .toCompletableFuture()
                                .isDone();
            }
            return all;
        });
        return sites;
    }

    private static Set<SiteId> unreachable(TestSites sites, String at) {
        return sites.node(at).membership().reachability().unreachable();
    }

    private static Set<String> openIncidents(TestSites sites, String at) {
        var open = new TreeSet<String>();
        sites.node(at).incidents().all().stream()
                .filter(it -> it.recoveredMillis().isEmpty())
                .forEach(it -> open.add(it.faultClass() + " " + it.subject()));
        return open;
    }
}
