package io.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of mistake with its exact message, as the user sees it. The cases stand in {@code mistakes.txt}: a title after
 * {@code ===}, the file (lines with a plus are added to a correct file of six lines), and after {@code ---} the message.
 */
class MistakesTest {
    private static final String CORRECT =
            """
            site { name = a, data-dir = "/data" }
            sites {
              a { hosts = ["10.0.0.1"] }
              b { hosts = ["10.0.1.1"] }
              c { hosts = ["10.0.2.1"] }
            }
            """;

    @TempDir
    Path dir;

    @TestFactory
    Stream<DynamicTest> messages() {
        String all = String.join("\n", ReferenceText.lines("/mistakes.txt")) + "\n";
        List<String> cases = Arrays.stream(all.split("(?m)^=== "))
                .filter(each -> !each.isEmpty())
                .toList();
        assertThat(cases).hasSizeGreaterThan(60);
        return cases.stream().map(each -> {
            String title = each.substring(0, each.indexOf('\n'));
            String[] parts = each.substring(title.length() + 1).split("(?m)^---\n", 2);
            String file = parts[0].startsWith("+") ? CORRECT + parts[0].replaceAll("(?m)^\\+", "") : parts[0];
            return DynamicTest.dynamicTest(
                    title, () -> assertThat(message(file)).isEqualTo(parts[1]));
        });
    }

    private static String message(String hocon) {
        return catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.parse(hocon, "test.conf"))
                .getMessage();
    }

    private static SettingsProblem onlyProblem(SettingsException e) {
        assertThat(e.problems()).hasSize(1);
        return e.problems().get(0);
    }

    @Test
    void theCorrectFileIsCorrect() {
        assertThat(HoldfastSettings.parse(CORRECT, "test.conf").nodes()).hasSize(3);
    }

    @Test
    void missingFileAndDirectorySayWhatTheyAre() {
        Path missing = dir.resolve("no.conf");
        SettingsProblem none =
                onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(missing)));
        assertThat(none.describe()).startsWith("The file does not exist  (" + missing + ")");

        SettingsProblem directory =
                onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(dir)));
        assertThat(directory.describe()).startsWith("This is a directory  (" + dir + ")");
    }

    private SettingsProblem problemOf(Path file, Map<String, ?> overrides) {
        return onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(file, overrides)));
    }

    @Test
    void aPipeIsNoFile() throws Exception {
        Path pipe = dir.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(problemOf(pipe, Map.of()).describe()).startsWith("This is no regular file");
    }

    @Test
    void aFileThatIsNoUtf8IsRefusedWithItsLine() throws IOException {
        byte[] latin = (CORRECT + "# caf\u00e9\n").getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(dir.resolve("latin.conf"), latin);
        assertThat(problemOf(file, Map.of()).describe())
                .startsWith("The file is not in UTF-8: the byte 0xe9 is no text  (" + file + ":7)");
        for (String include : List.of("\"latin.conf\"", "\"latin\"", "file(\"" + file + "\")")) {
            Path including = Files.writeString(dir.resolve("including.conf"), "include " + include + "\n");
            assertThat(problemOf(including, Map.of()).where()).as(include).endsWith("latin.conf:7");
        }
        Path cut = Files.write(dir.resolve("cut.conf"), new byte[] {'#', '\n', (byte) 0xc3});
        assertThat(problemOf(cut, Map.of()).where()).isEqualTo(cut + ":2");
    }

    @Test
    void aFileThatIncludesItselfIsToldSo() throws IOException {
        Path file = Files.writeString(dir.resolve("self.conf"), "include \"self.conf\"\n");
        assertThat(problemOf(file, Map.of()).describe())
                .startsWith("The file includes itself")
                .contains("self.conf");
    }

    @Test
    void bracesWithoutEndAreAMistakeAndNoError() throws IOException {
        Path file = Files.writeString(dir.resolve("deep.conf"), "a {".repeat(200_000));
        assertThat(problemOf(file, Map.of()).describe()).startsWith("The braces or brackets are nested too deeply");
    }

    @Test
    void anOverrideMayBeAList() throws IOException {
        Path file = Files.writeString(dir.resolve("list.conf"), CORRECT);
        assertThat(HoldfastSettings.load(file, Map.of("sites.a.hosts", "[\"10.9.9.9\"]"))
                        .site()
                        .self()
                        .host())
                .isEqualTo("10.9.9.9");
        assertThat(HoldfastSettings.load(file, Map.of("system.host", "[::1]"))
                        .system()
                        .host())
                .isEqualTo("::1");
        SettingsProblem unended = problemOf(file, Map.of("sites.a.hosts", "[x"));
        assertThat(unended.describe()).startsWith("sites.a.hosts = [x  (command line)");
        SettingsProblem wrong = problemOf(file, Map.of("sites.a.hosts", "[7, {}]"));
        assertThat(wrong.where()).isEqualTo("command line");
    }

    @Test
    void aMistakeInAnIncludedFileNamesThatFile() throws IOException {
        Path included = Files.writeString(dir.resolve("limits.conf"), "\n\ndatabase { partitions = none }\n");
        Path file = Files.writeString(dir.resolve("site.conf"), CORRECT + "include \"limits.conf\"\n");

        SettingsProblem problem =
                onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(file)));
        assertThat(problem.where()).isEqualTo(included + ":3");
    }

    @Test
    void aFileMayHaveAnyName() throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.txt"), CORRECT);
        assertThat(HoldfastSettings.load(file).siteNames()).containsExactly("a", "b", "c");
    }

    @Test
    void anOverrideIsStrongerThanTheFileAndNamedInItsMistakes() {
        assertThat(HoldfastSettings.parse(CORRECT, "test.conf", Map.of("site.name", "c"))
                        .site()
                        .self()
                        .host())
                .isEqualTo("10.0.2.1");

        SettingsProblem problem = onlyProblem(catchThrowableOfType(
                SettingsException.class, () -> HoldfastSettings.parse(CORRECT, "test.conf", Map.of("site.name", "x"))));
        assertThat(problem.describe()).startsWith("site.name = x  (command line)");
    }

    @Test
    void anOverrideWithAWrongPathIsAMistakeToo() {
        SettingsProblem problem = onlyProblem(catchThrowableOfType(
                SettingsException.class,
                () -> HoldfastSettings.parse(CORRECT, "test.conf", Map.of("site..name", "a"))));
        assertThat(problem.where()).isEqualTo("command line");
        assertThat(problem.key()).isEqualTo("site..name");
    }

    @Test
    void theOrderOfSitesIsThatOfTheFileWhateverIsOverridden() {
        String hocon =
                """
                site { name = zurich, data-dir = d }
                sites {
                  zurich { hosts = [z] }
                  bern { hosts = [b] }
                  aarau { hosts = [a] }
                }
                """;
        assertThat(HoldfastSettings.parse(hocon, "test.conf", Map.of("sites.bern.port", 7500))
                        .siteNames())
                .containsExactly("zurich", "bern", "aarau");
    }

    @Test
    void aFileMayOverrideItselfFromTheEnvironment() {
        // The usual idiom of HOCON: a value, then the same key again from outside, if it is there.
        HoldfastSettings settings = HoldfastSettings.parse(
                CORRECT
                        + "site.name = ${?HOLDFAST_NO_SUCH_VARIABLE}\ndatabase.history = ${transaction.commit-timeout}\n"
                        + "transaction.commit-timeout = 7s",
                "test.conf");
        assertThat(settings.site().name()).isEqualTo("a");
        assertThat(settings.database().history())
                .isEqualTo(settings.transaction().commitTimeout());
    }

    @Test
    void aFileMayNeedWhatOnlyAnOverrideGives() {
        String hocon =
                """
                site.data-dir = "/data/"${site.name}
                sites {
                  b { hosts = [y] }
                  a { hosts = [x] }
                  c { hosts = [z] }
                }
                """;
        HoldfastSettings settings = HoldfastSettings.parse(hocon, "test.conf", Map.of("site.name", "c"));
        assertThat(settings.site().dataDir()).isEqualTo(Path.of("/data/c"));
        assertThat(settings.siteNames()).containsExactly("b", "a", "c");
    }

    @Test
    void sitesOnOneLineAreOrderedByName() {
        String hocon =
                "site { name = c, data-dir = d }, sites { c { hosts = [z] }, a { hosts = [y] }, b { hosts = [x] } }";
        assertThat(HoldfastSettings.parse(hocon, "test.conf").siteNames()).containsExactly("a", "b", "c");
    }

    @Test
    void aPortOfAHostReplacesBothPorts() {
        String hocon = "site { name = a, data-dir = d }, tolerance.sites = 0\n"
                + "sites { a { hosts = [\"h:9000\"], port = 7400, cluster-port = 7555 } }";
        HoldfastSettings settings = HoldfastSettings.parse(hocon, "test.conf");
        assertThat(settings.site().self()).isEqualTo(new NodeAddress("a", "h", 9000, 9001));
        assertThat(settings.system().port()).isEqualTo(9002);
    }

    @Test
    void oneMayBeWrittenAsANumberAndNullMeansTheDefault() {
        HoldfastSettings settings = HoldfastSettings.parse(
                CORRECT + "transaction.write-concern = 1\ndatabase.partitions = null\nbackup = null", "test.conf");
        assertThat(settings.transaction().writeConcern()).isEqualTo(WriteConcern.ONE);
        assertThat(settings.database().partitions()).isEqualTo(16);
    }

    @Test
    void backupsThatAreNotMadeAreNoSecret() {
        HoldfastSettings settings =
                HoldfastSettings.parse(CORRECT + "backup { path = \"/b\", frequency = 24h }", "test.conf");
        assertThat(settings.warnings()).singleElement().asString().contains("this version makes no backups");
    }

    @Test
    void thePasswordIsNotInTheTextOfTheSettings() {
        HoldfastSettings settings =
                HoldfastSettings.parse(CORRECT + "persistence.cassandra.password = sesame", "test.conf");
        assertThat(settings.toString()).doesNotContain("sesame");
        assertThat(settings.persistence().cassandra().password().reveal()).isEqualTo("sesame");
    }

    @Test
    void anIncludedFileThatIsMissingIsNamedWithTheOneThatIncludesIt() throws IOException {
        Path file = dir.resolve("site.conf");
        for (String name : List.of("no.conf", "no")) {
            for (String include :
                    List.of("\"" + name + "\"", "file(\"" + name + "\")", "classpath(\"" + name + "\")")) {
                Files.writeString(file, CORRECT + "include " + include + "\n");
                assertThat(onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(file)))
                                .describe())
                        .startsWith(
                                "The included file \"" + name + "\" does not exist or cannot be read  (" + file + ")");
            }
        }
    }

    @Test
    void anIncludedFileMayIncludeOthersAndIsNamedForThem() throws IOException {
        Path sub = Files.createDirectory(dir.resolve("sub"));
        Path file = Files.writeString(dir.resolve("site.conf"), CORRECT + "include \"sub/more.conf\"\n");
        Files.writeString(sub.resolve("more.conf"), "include \"last.conf\"\n");
        SettingsProblem missing =
                onlyProblem(catchThrowableOfType(SettingsException.class, () -> HoldfastSettings.load(file)));
        assertThat(missing.describe())
                .startsWith("The included file \"last.conf\" does not exist or cannot be read  (sub/more.conf)");

        Files.writeString(sub.resolve("last.conf"), "database.partitions = 3\n");
        assertThat(HoldfastSettings.load(file).database().partitions()).isEqualTo(3);
    }

    @Test
    void whatIsNoHostInAnAddressIsRefused() {
        for (String host : List.of(
                "node_a",
                "node.1",
                "a..b",
                "a-.b",
                "300.1.1.1",
                "[:::::]",
                "[::1.2]",
                "0.0.0.0",
                "[::]:7500",
                "[0:0::0]")) {
            SettingsProblem problem = onlyProblem(catchThrowableOfType(
                    SettingsException.class, () -> HoldfastSettings.parse(alone(host), "test.conf")));
            assertThat(problem.describe()).startsWith("sites.a.hosts = " + host + "  (test.conf:2)");
        }
        for (String host : List.of("a", "3f2a", "a-1.b2.c", "10.0.0.1", "[::1]", "[fe80::a:1]", "[::ffff:10.0.0.1]")) {
            NodeAddress self =
                    HoldfastSettings.parse(alone(host), "test.conf").site().self();
            assertThat(self.endpoint()).isEqualTo(host + ":7400");
        }
    }

    private static String alone(String host) {
        return "site { name = a, data-dir = d }, tolerance.sites = 0\nsites { a { hosts = [\"" + host + "\"] } }";
    }

    @Test
    void aTextThatLooksLikeANumberStaysAsItWasWritten() {
        PersistenceSettings.Cassandra cassandra = HoldfastSettings.parse(
                        CORRECT + "persistence.cassandra { password = 007, username = 1e3, datacenter = 1.50,"
                                + " contact-points = [01, 1e2] }",
                        "test.conf")
                .persistence()
                .cassandra();
        assertThat(cassandra.password().reveal()).isEqualTo("007");
        assertThat(cassandra.username()).isEqualTo("1e3");
        assertThat(cassandra.datacenter()).isEqualTo("1.50");
        assertThat(cassandra.contactPoints()).containsExactly("01", "1e2");
    }

    @Test
    void aNumberMayBeWrittenInAnyWay() {
        DatabaseSettings database = HoldfastSettings.parse(CORRECT + "database.partitions = 1e2", "test.conf")
                .database();
        assertThat(database.partitions()).isEqualTo(100);
    }
}
