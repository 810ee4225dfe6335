package io.holdfast.server.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PersistenceSettings.Journal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLayoutTest {
    @TempDir
    private Path directory;

    @Test
    void writesSettingsThatANodeAccepts() {
        Path odd = directory.resolve("a \"quoted\" place");
        LocalLayout layout = new LocalLayout(3, 7400, odd);
        assertThat(layout.describe()).isEqualTo("a=127.0.0.1:7400 b=127.0.0.1:7410 c=127.0.0.1:7420");
        assertThat(layout.endpointsFrom("b")).isEqualTo("127.0.0.1:7410,127.0.0.1:7400,127.0.0.1:7420");
        layout.writeConfigurations();
        HoldfastSettings settings = HoldfastSettings.load(layout.config("b"));
        assertThat(settings.site().name()).isEqualTo("b");
        assertThat(settings.site().dataDir()).isEqualTo(odd.resolve("b"));
        assertThat(settings.site().self().port()).isEqualTo(7410);
        assertThat(settings.site().self().clusterPort()).isEqualTo(7411);
        assertThat(settings.system().port()).isEqualTo(7412);
        assertThat(settings.tolerance().sites()).isEqualTo(1);
        assertThat(settings.siteNames()).containsExactly("a", "b", "c");
    }

    @Test
    void tellsTheEndOfALogWhateverIsInIt() throws IOException {
        LocalLayout layout = new LocalLayout(3, 7400, directory);
        assertThat(layout.endOfLog("a")).isEmpty();
        try (OutputStream log = new BufferedOutputStream(Files.newOutputStream(layout.log("a")))) {
            for (int line = 1; line <= 100_000; line++) {
                log.write(("line " + line + "\n").getBytes(StandardCharsets.UTF_8));
            }
            log.write(new byte[] {'n', (byte) 0xff, 'o', '\n'});
        }
        assertThat(layout.endOfLog("a").lines())
                .hasSize(15)
                .startsWith("line 99987")
                .endsWith("line 100000", "n\ufffdo");
    }

    @Test
    void onCassandraEachSiteHasAKeyspaceOfItsOwn() {
        LocalLayout layout = new LocalLayout(3, 1, 7400, directory, SiteHosts.LOOPBACK, Journal.CASSANDRA);
        layout.writeConfigurations();
        var persistence = HoldfastSettings.load(layout.config("b")).persistence();
        assertThat(persistence.journal()).isEqualTo(Journal.CASSANDRA);
        assertThat(persistence.cassandra().keyspace()).isEqualTo("holdfast_b");
        assertThat(persistence.cassandra().contactPoints()).containsExactly("127.0.0.1:7495");
        assertThat(layout.cassandra().port()).isEqualTo(7495);
    }

    @Test
    void nodesOfASiteShareItsKeyspaceAndHaveADirectoryEach() {
        LocalLayout layout = new LocalLayout(3, 3, 7400, directory, SiteHosts.LOOPBACK, Journal.CASSANDRA);
        assertThat(layout.names()).startsWith("a1", "a2", "a3", "b1").hasSize(9);
        assertThat(layout.turns())
                .containsExactly(List.of("a1", "a2", "b1", "b2", "c1", "c2"), List.of("a3", "b3", "c3"));
        layout.writeConfigurations();
        var settings = HoldfastSettings.load(layout.config("b2"));
        assertThat(settings.site().name()).isEqualTo("b");
        assertThat(settings.site().self().port()).isEqualTo(7413);
        assertThat(settings.nodes()).hasSize(9);
        assertThat(settings.site().dataDir()).isEqualTo(directory.resolve("b2"));
        assertThat(settings.persistence().cassandra().keyspace()).isEqualTo("holdfast_b");
    }

    @Test
    void manyNodesOnFewProcessorsArePatient() {
        assertThat(LocalLayout.patience(3, 2)).isEqualTo(1);
        assertThat(LocalLayout.patience(5, 2)).isEqualTo(1);
        assertThat(LocalLayout.patience(9, 2)).isEqualTo(2.5);
        assertThat(LocalLayout.patience(81, 2)).as("as much as there may be").isEqualTo(10);
        assertThat(LocalLayout.patience(9, 8)).isEqualTo(1);
        LocalLayout layout = new LocalLayout(3, 9, 7400, directory, SiteHosts.LOOPBACK, Journal.CASSANDRA);
        layout.writeConfigurations();
        assertThat(HoldfastSettings.load(layout.config("c9")).tolerance().patience())
                .isEqualTo(layout.patience());
    }

    @Test
    void twoNodesASiteAreRefusedAndSoAreSeveralOnTheEmbeddedJournal() {
        assertThatThrownBy(() -> new LocalLayout(3, 2, 7400, directory, SiteHosts.LOOPBACK, Journal.CASSANDRA))
                .hasMessageContaining("neither is a majority");
        assertThatThrownBy(() -> new LocalLayout(3, 3, 7400, directory, SiteHosts.LOOPBACK, Journal.ROCKSDB))
                .hasMessageContaining("--journal cassandra");
    }

    @Test
    void oneSiteToleratesNoLoss() {
        LocalLayout layout = new LocalLayout(1, 7400, directory);
        layout.writeConfigurations();
        assertThat(HoldfastSettings.load(layout.config("a")).tolerance().sites())
                .isZero();
    }

    @Test
    void findsAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(new LocalLayout(1, port - 2, directory).takenPort()).contains(port);
        }
    }

    @Test
    void aNodeGetsItsHeapAndItsOptions() {
        var layout = new LocalLayout(1, 7400, directory);
        assertThat(SiteProcess.command(layout, "a", Map.of()))
                .contains("-Xmx800m", "--end-with-input")
                .endsWith("--config", layout.config("a").toString());
        assertThat(SiteProcess.command(
                        layout, "a", Map.of("HOLDFAST_HEAP", "2g", "HOLDFAST_JAVA_OPTIONS", " -Dx=1  -Dy=2 ")))
                .contains("-Xmx2g", "-Dx=1", "-Dy=2")
                .doesNotContain("", "-Xmx800m");
    }

    @Test
    void aSiteWithAHostOfItsOwnListensThereAndIsStartedThere() {
        var hosts = new SiteHosts() {
            @Override
            public String host(String site) {
                return "198.18.0." + (1 + site.charAt(0) - 'a');
            }

            @Override
            public List<String> launcher(String site) {
                return List.of("somewhere", site);
            }
        };
        var layout = new LocalLayout(3, 7400, directory, hosts);
        assertThat(layout.endpointsFrom("b")).isEqualTo("198.18.0.2:7410,198.18.0.1:7400,198.18.0.3:7420");
        assertThat(layout.configuration("a")).contains("c { hosts = [\"198.18.0.3:7420\"] }");
        assertThat(SiteProcess.command(layout, "b", Map.of())).startsWith("somewhere", "b");
    }
}
