package io.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped examples are used as they are, with nothing but the site's name given. */
class ExamplesTest {
    private static Path example(String name) {
        try {
            return Path.of(Objects.requireNonNull(ExamplesTest.class.getResource("/examples/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c"})
    void oneFileServesEverySite(String site) {
        HoldfastSettings settings = HoldfastSettings.load(example("three-sites.conf"), Map.of("site.name", site));

        assertThat(settings.siteNames()).containsExactly("a", "b", "c");
        assertThat(settings.site().self()).isEqualTo(new NodeAddress(site, site + ".example", 7400, 7401));
        assertThat(settings.site().dataDir()).isEqualTo(Path.of("/var/lib/holdfast"));
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void onOneMachineEachSiteHasItsOwnPortsAndDirectories() {
        HoldfastSettings settings =
                HoldfastSettings.load(example("three-sites-one-machine.conf"), Map.of("site.name", "b"));

        assertThat(settings.site().self()).isEqualTo(new NodeAddress("b", "127.0.0.1", 7410, 7411));
        assertThat(settings.system()).isEqualTo(new SystemSettings("127.0.0.1", 7412));
        assertThat(settings.site().dataDir().isAbsolute()).isTrue();
        assertThat(settings.site().dataDir()).endsWithRaw(Path.of("holdfast-data/b"));
        assertThat(settings.persistence().rocksdb().dir()).endsWithRaw(Path.of("holdfast-data/b"));
        assertThat(settings.persistence().rocksdb().snapshotDir()).endsWithRaw(Path.of("holdfast-data/b"));
    }

    /** What another site has for a journal is that site's own choice, and not in this node's settings. */
    @Test
    void oneFileServesASiteOfSeveralNodesAndSitesOfOne() {
        HoldfastSettings one = HoldfastSettings.load(
                example("several-nodes.conf"), Map.of("site.name", "b", "site.host", "b.example"));
        HoldfastSettings ofSeveral = HoldfastSettings.load(
                example("several-nodes.conf"),
                Map.of("site.name", "a", "site.host", "a2.example", "persistence.journal", "cassandra"));

        assertThat(one.persistence().journal()).isEqualTo(PersistenceSettings.Journal.ROCKSDB);
        assertThat(ofSeveral.persistence().journal()).isEqualTo(PersistenceSettings.Journal.CASSANDRA);
        assertThat(ofSeveral.site().self()).isEqualTo(new NodeAddress("a", "a2.example", 7400, 7401));
        assertThat(one.nodes()).isEqualTo(ofSeveral.nodes()).hasSize(5);
    }

    /** As far as the settings go: with the environment of each command that the file's head and docs/operations.md give. */
    @Test
    void theCommandsForSeveralNodesFindTheirSettings() throws IOException {
        String file = Files.readString(example("several-nodes.conf"));
        List<String> commands = Stream.concat(
                        file.lines(),
                        Files.readString(Path.of("../docs/operations.md")).lines())
                .map(line -> line.replaceFirst("^#", "").strip())
                .filter(line -> line.contains("--config several-nodes.conf"))
                .toList();
        assertThat(commands).filteredOn(it -> it.contains(" node ")).hasSize(2);
        assertThat(commands).filteredOn(it -> it.contains(" cassandra schema ")).hasSize(2);
        for (String command : commands) {
            HoldfastSettings settings = HoldfastSettings.parse(withEnvironment(file, command), command);
            assertThat(settings.persistence().journal() == PersistenceSettings.Journal.CASSANDRA)
                    .as(command)
                    .isEqualTo(settings.site().name().equals("a"));
        }
    }

    private static String withEnvironment(String file, String command) {
        String set = file;
        for (String word : command.split(" ")) {
            String[] parts = word.split("=", 2);
            if (parts.length == 2) {
                set = set.replace("${?" + parts[0] + "}", "\"" + parts[1] + "\"");
            }
        }
        return set;
    }

    @Test
    void defaultsAreThoseOfTheDesign() {
        HoldfastSettings settings = HoldfastSettings.load(example("three-sites.conf"), Map.of("site.name", "a"));

        assertThat(settings.database()).isEqualTo(new DatabaseSettings(16, Duration.ofSeconds(5)));
        assertThat(settings.tolerance()).isEqualTo(new ToleranceSettings(1, 1.0));
        assertThat(settings.transaction())
                .isEqualTo(new TransactionSettings(WriteConcern.MAJORITY, Duration.ofSeconds(10), Duration.ofHours(1)));
        assertThat(settings.replication())
                .isEqualTo(new ReplicationSettings(
                        Duration.ofMillis(50),
                        Duration.ofMillis(400),
                        Duration.ofMillis(300),
                        0.05,
                        256 * 1024,
                        32,
                        128 * 1024,
                        8 * 1024 * 1024,
                        16_384,
                        2 * 1024 * 1024,
                        16 * 1024 * 1024,
                        128 * 1024,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10)));
        assertThat(settings.persistence().journal()).isEqualTo(PersistenceSettings.Journal.ROCKSDB);
        assertThat(settings.persistence().rocksdb().writeBufferBytes()).isEqualTo(16L * 1024 * 1024);
    }
}
