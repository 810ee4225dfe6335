package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private final FakeNode node = new FakeNode().with("shop");

    @AfterEach
    void stop() {
        node.close();
    }

    private CliRun run(String... args) {
        return CliRun.of(node, args);
    }

    @Test
    void putsGetsAndDeletes() {
        assertThat(run("put", "shop", "k", "välue")).isEqualTo(new CliRun(0, "written, version 1\n", ""));
        assertThat(run("get", "shop", "k")).isEqualTo(new CliRun(0, "välue\n", ""));
        assertThat(run("get", "shop", "k", "--raw").out()).isEqualTo("välue");
        assertThat(run("get", "shop", "k", "--json").out())
                .isEqualTo("{\"key\":\"k\",\"value\":\"välue\",\"version\":1,\"version_text\":\"1\"}\n");
        assertThat(run("delete", "shop", "k")).isEqualTo(new CliRun(0, "deleted, version 2\n", ""));
        assertThat(run("delete", "shop", "k")).isEqualTo(new CliRun(0, "there was no such key\n", ""));
    }

    @Test
    void aMissingKeyIsAFailureWithNothingOnStandardOutput() {
        assertThat(run("get", "shop", "k")).isEqualTo(new CliRun(1, "", "holdfast: there is no key 'k' in 'shop'\n"));
    }

    @Test
    void takesAnyBytes() {
        byte[] binary = {0, (byte) 0xff, 10};
        assertThat(CliRun.of(node.endpoint(), binary, "put", "shop", "b", "-").exitCode())
                .isZero();
        assertThat(run("get", "shop", "b").out()).isEqualTo("0x00ff0a\n");
        assertThat(run("get", "shop", "b", "--json").out()).contains("\"value64\":\"AP8K\"");
        assertThat(run("put", "shop", "00fe", "c0", "--hex").exitCode()).isZero();
        assertThat(run("scan", "shop", "--hex").out()).isEqualTo("00fe\tc0\n62\t00ff0a\n");
    }

    @Test
    void takesAnAtForWhatItIs(@TempDir Path directory) throws IOException {
        String name = "@" + Files.writeString(directory.resolve("name"), "other");
        assertThat(run("put", "shop", name, "v").exitCode()).isZero();
        assertThat(run("get", "shop", name).out()).isEqualTo("v\n");
        assertThat(run("get", "shop", "other").exitCode()).isEqualTo(1);
    }

    @Test
    void aConditionThatDoesNotHoldIsAFailure() {
        run("put", "shop", "k", "1");
        assertThat(run("put", "shop", "k", "2", "--if-absent"))
                .isEqualTo(new CliRun(1, "", "holdfast: 'k' was left as it is: it has version 1\n"));
        assertThat(run("put", "shop", "k", "2", "--if-absent", "--json"))
                .isEqualTo(
                        new CliRun(1, "{\"key\":\"k\",\"applied\":false,\"version\":1,\"version_text\":\"1\"}\n", ""));
    }

    @Test
    void aVersionMayBeDemanded() {
        run("put", "shop", "k", "1");
        assertThat(run("delete", "shop", "k", "--if-version", "1").exitCode()).isZero();
        assertThat(run("keyspace", "create", "x", "--partitions", "8", "--tolerates", "1")
                        .exitCode())
                .isZero();
    }

    @Test
    void scansAsLinesAndAsJson() throws IOException {
        run("put", "shop", "a/1", "x");
        run("put", "shop", "a/2", "y");
        run("put", "shop", "b", "z");
        assertThat(run("scan", "shop", "--prefix", "a/").out()).isEqualTo("a/1\tx\na/2\ty\n");
        assertThat(run("scan", "shop", "--after", "a/1", "--limit", "1", "--keys-only")
                        .out())
                .isEqualTo("a/2\n");
        JsonNode json = Json.MAPPER.readTree(run("scan", "shop", "--json").out());
        assertThat(json).hasSize(3);
        assertThat(json.get(2).get("key").asText()).isEqualTo("b");
        assertThat(json.get(2).get("version_text")).isEqualTo(TextNode.valueOf("3"));
        assertThat(Json.MAPPER.readTree(
                        run("scan", "shop", "--prefix", "nothing", "--json").out()))
                .isEmpty();
    }

    @Test
    void listsAndCreatesKeyspaces() throws IOException {
        assertThat(run("keyspace", "create", "orders").out())
                .isEqualTo("created orders: 2 partitions, tolerates the loss of 1 site\n");
        assertThat(run("keyspace", "list").out())
                .isEqualTo(
                        """
                        KEYSPACE  PARTITIONS  TOLERATES  HISTORY  SITES
                        orders             2     1 site      5 s  a
                        shop               2     1 site      5 s  a
                        """);
        assertThat(Json.MAPPER
                        .readTree(run("keyspace", "list", "--json").out())
                        .get(1)
                        .get("name")
                        .asText())
                .isEqualTo("shop");
    }

    /** A mistake of the user: exit code 2, a message, no stack trace, nothing on standard output. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicate | there is no command 'frobnicate'",
                "put shop | Missing required parameters: 'KEY', 'VALUE'",
                "get shop k --colour | Unknown option: '--colour'",
                "scan shop --limit x | Invalid value for option '--limit'",
                "scan shop --limit -1 | The limit -1 is negative",
                "get Shop k | The keyspace name 'Shop' is not allowed",
                "get nope k | There is no such keyspace.",
                "put shop \uFFFD v | is not text in the locale",
                "put shop zz 00 --hex | The key is not hexadecimal",
                "put shop k v --if-absent --if-present | Give one of --if-absent",
                "get shop k --endpoints nonsense: | nonsense",
                "get shop k --endpoints= | --endpoints is empty",
                "get shop k --timeout -1 | --timeout is -1: give seconds, 0.001 to 300",
                "get shop k --timeout 1e9 | --timeout is 1.0E9: give seconds",
                "get shop k --timeout NaN | --timeout is NaN: give seconds",
                "get shop k --max-staleness -3 | --max-staleness is -3: give milliseconds, 0 to 86400000",
                "get shop k --max-staleness 5 --at -3s | Give one of --at and --max-staleness, not both",
                "scan shop --max-staleness 0 --at -3s | Give one of --at and --max-staleness, not both",
                "get shop k --raw --json | Give one of --raw and --json, not both",
                "import shop /dev/null --separator= | --separator is '': give one character",
                "import shop /dev/null --separator ,, | --separator is ',,': give one character",
                "keyspace create x --history 99ms | --history is 99ms: give 100ms to 24h",
                "keyspace create x --partitions 5000 | 1 to 1024 partitions, not 5000",
                "keyspace frob | there is no command 'frob'",
                "keyspace create x --history 99999999999999h | is at most",
                "keyspace create x --history 9999999999999999999999h | The history '9999999999999999999999h' cannot be read",
                "get shop k --at -9999999999999999h | The timestamp '-9999999999999999h' cannot be read",
                "status --site zz | There is no site 'zz'. The sites are: a.",
                "txn /no/such/script | The script /no/such/script cannot be read: there is no file '/no/such/script'",
                "import shop /no/such/file | The file '/no/such/file' does not exist",
                "import shop /tmp | is a directory",
                "export shop /no/such/directory/file | its directory does not exist",
                "bench --mode txn --span 65 | --span is 65",
                "bench --clients 0 | --clients is 0: give 1 to 16000",
                "up --sites 0 | --sites is 0: give 1 to 9",
                "up --port 80 | --port is 80",
                "demo --seconds 1 | --seconds is 1: give 3 to 600",
                "demo --sites 2 | takes at least 3",
                "up --journal paper | Invalid value for option '--journal'",
                "cassandra --port 80 | --port is 80",
                "cassandra --heap much | --heap is 'much'",
                "cassandra schema --config x.conf | Missing required option: '--replication=N'",
                "node --config /no/such.conf | /no/such.conf",
            })
    void tellsAUserOfAMistake(String args, String message) {
        CliRun run = run(args.trim().split(" "));
        assertThat(run.err()).contains(message).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void upNamesAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort() - 1;
            CliRun run = run("up", "--port", Integer.toString(port));
            assertThat(run.err()).contains("Port " + taken.getLocalPort() + " is in use");
            assertThat(run.exitCode()).isEqualTo(2);
        }
    }

    @Test
    void saysBrieflyThatNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        CliRun run = CliRun.of("127.0.0.1:" + free, new byte[0], "keyspace", "list", "--timeout", "0.3");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("127.0.0.1:" + free + ": connection refused")
                .contains("'holdfast up'")
                .endsWith("[UNREACHABLE]\n")
                .doesNotContain("io exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"import shop /dev/null", "export shop -"})
    void transfersWaitNoLongerForAServerThanTheyWereTold(String command) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        String[] args = (command + " --timeout 0.3").split(" ");
        long start = System.nanoTime();
        assertThat(CliRun.of("127.0.0.1:" + free, new byte[0], args).exitCode()).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void tellsTheCauseOfAFailureAndWhoseItIs() {
        assertThat(reported(new NoSuchFileException("/x")))
                .isEqualTo(new CliRun(1, "", "holdfast: there is no file '/x'\n"));
        assertThat(reported(new AccessDeniedException("/x")))
                .isEqualTo(new CliRun(1, "", "holdfast: no permission for '/x'\n"));
        assertThat(reported(new UncheckedIOException(new NoSuchFileException("/x")))
                        .err())
                .isEqualTo("holdfast: there is no file '/x'\n");
        for (Reason mistake : List.of(Reason.TRANSACTION_TOO_LARGE, Reason.HISTORY_GONE)) {
            assertThat(reported(new HoldfastException(mistake, "no")).exitCode())
                    .isEqualTo(2);
        }
    }

    private static CliRun reported(Exception failure) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = CliRun.terminal(new byte[0], new ByteArrayOutputStream(), err, Map.of(), false);
        return new CliRun(Cli.report(terminal, failure), "", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void onlyTheCommandOfThatNameLogsAsANode() {
        assertThat(Main.isNode("node", "--config", "x")).isTrue();
        assertThat(Main.isNode("export", "node", "-")).isFalse();
        assertThat(Main.isNode()).isFalse();
    }

    @Test
    void explainsItself() {
        assertThat(run("--help").out())
                .contains("demo", "up", "import", "bench")
                .doesNotContain("\u001b");
        assertThat(run("--help").exitCode()).isZero();
        assertThat(run("--version").out()).startsWith("holdfast ");
        assertThat(run().exitCode()).isEqualTo(2);
    }

    @Test
    void benchMeasuresWithoutErrors() throws IOException {
        CliRun run = run(
                "bench",
                "--mode",
                "mixed",
                "--clients",
                "4",
                "--keys",
                "10",
                "--warmup",
                "0",
                "--seconds",
                "1",
                "--json");
        JsonNode json = Json.MAPPER.readTree(run.out());
        assertThat(json.get("ops").asLong()).isPositive();
        assertThat(json.get("errors").asLong()).isZero();
        assertThat(json.get("p50_ms").asDouble()).isPositive();
        assertThat(node.keyspaces).containsKey("bench");
        assertThat(run.exitCode()).isZero();
        assertThat(new String(run.err().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo("writing 10 keys to read …\n");
    }
}
