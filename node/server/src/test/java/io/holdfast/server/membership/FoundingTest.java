package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.SiteId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cluster is founded, once, whatever the order and whoever is missing. */
class FoundingTest {
    @TempDir
    Path dir;

    @Test
    void theFirstStartNeedsAllSitesAndEveryLaterOneAMajority() throws Exception {
        try (var sites = new TestSites(dir, "a", "b", "c")) {
            // Two of three: nobody founds, though they are a majority.
            sites.start("c");
            sites.start("a");
            await().atMost(TestSites.PATIENCE)
                    .until(() -> Heard.by(sites, "a").contains("c")
                            && Heard.by(sites, "c").contains("a"));
            assertThat(sites.node("a").isUp()).isFalse();
            assertThat(sites.node("c").isUp()).isFalse();

            sites.start("b");
            sites.awaitUp("a", "b", "c");
            Genesis genesis = sites.node("a").identity().genesis();
            assertThat(sites.node("b").identity().genesis()).isEqualTo(genesis);
            assertThat(sites.node("c").identity().genesis()).isEqualTo(genesis);
            assertThat(genesis.membership()
                            .isVoter(new SiteId("b"), sites.node("b").identity().identity()))
                    .isTrue();
            SiteIdentity before = sites.node("c").identity();

            // Cold start of all but the first.
            sites.kill("a");
            sites.kill("b");
            sites.kill("c");
            sites.start("c");
            sites.start("b");
            sites.awaitUp("b", "c");
            assertThat(sites.node("c").identity()).isEqualTo(before);

            sites.start("a");
            sites.awaitUp("a", "b", "c");
        }
    }

    @Test
    void aColdStartOfAllInAnyOrderFindsOneCluster() {
        try (var sites = new TestSites(dir, "a", "b", "c")) {
            List.of("a", "b", "c").forEach(sites::start);
            sites.awaitUp("a", "b", "c");
            for (List<String> order : List.of(List.of("c", "a", "b"), List.of("b", "c", "a"))) {
                order.forEach(sites::kill);
                order.forEach(sites::start);
                sites.awaitUp("a", "b", "c");
            }
        }
    }

    @Test
    void aSiteWithTheStorageOfAnotherClusterRefuses() {
        try (var alone = new TestSites(dir, "a")) {
            alone.start("a");
            alone.awaitUp("a");
            alone.node("a").identity();
        }
        try (var sites = new TestSites(dir, "a", "b")) {
            sites.start("a");
            assertThatThrownBy(() -> sites.node("a").identity())
                    .hasRootCauseInstanceOf(MembershipException.class)
                    .hasMessageContaining("was founded with the sites [a], but the settings list [a, b]");
        }
    }
}
