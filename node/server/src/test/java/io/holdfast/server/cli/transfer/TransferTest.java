package io.holdfast.server.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.cli.CliRun;
import io.holdfast.server.cli.FakeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferTest {
    private final FakeNode node = new FakeNode().with("shop").with("copy");

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        node.close();
    }

    private CliRun run(String... args) {
        return CliRun.of(node, args);
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    @Test
    void importsCsvAsObjectsUnderTheirKeyField() throws IOException {
        CliRun run = run("import", "shop", file("x.csv", "id,name\n1,one\n2,\"two, or so\"\n"), "--key", "id");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("imported 2 records in ");
        assertThat(run("get", "shop", "2").out()).isEqualTo("{\"id\":\"2\",\"name\":\"two, or so\"}\n");
    }

    @Test
    void importsAJsonArrayAndStandardInput() throws IOException {
        assertThat(run("import", "shop", file("x.json", "[{\"id\":7,\"v\":1.50},\n{\"id\":true}]"), "--key", "id")
                        .out())
                .startsWith("imported 2 records");
        assertThat(run("get", "shop", "7").out()).isEqualTo("{\"id\":7,\"v\":1.50}\n");
        byte[] input = "{\"id\":\"x\"}\n".getBytes(StandardCharsets.UTF_8);
        assertThat(CliRun.of(node.endpoint(), input, "import", "shop", "-", "--key", "id")
                        .exitCode())
                .isZero();
        assertThat(node.size()).isEqualTo(3);
    }

    @Test
    void theLastOfTheSameKeyStays() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            lines.append("{\"id\":\"k")
                    .append(i % 3)
                    .append("\",\"n\":")
                    .append(i)
                    .append("}\n");
        }
        run("import", "shop", file("x.jsonl", lines.toString()), "--key", "id");
        assertThat(run("get", "shop", "k1").out()).contains("\"n\":1999");
        assertThat(node.size()).isEqualTo(3);
    }

    @Test
    void stopsAtABadLineAndSaysWhich() throws IOException {
        String file = file("x.jsonl", "{\"id\":1}\n{\"name\":2}\n{\"id\":3}\n");
        CliRun run = run("import", "shop", file, "--key", "id");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("holdfast: " + file + ":2: there is no field 'id': the record has name\n");
        assertThat(run.out()).startsWith("stopped after 1 record in ");
        assertThat(node.size()).isEqualTo(1);
    }

    @Test
    void skipsBadLinesAndCountsThem() throws IOException {
        String longKey = "k".repeat(5000);
        String file = file(
                "x.jsonl",
                "{\"id\":1}\nbroken\n{\"id\":null}\n{\"id\":\"" + longKey + "\"}\n[1]\n{\"id\":\"\"}\n{\"id\":2}\n");
        CliRun run = run("import", "shop", file, "--key", "id", "--on-error", "skip");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("imported 2 records, skipped 5 in ");
        assertThat(run.err().lines()).hasSize(5);
        assertThat(run.err())
                .contains(":3: the field 'id' is no text or number")
                .contains(":4: The key has 5000 bytes");
    }

    @Test
    void skippingEndsWhereNothingMoreCanBeRead() throws IOException {
        CliRun run =
                run("import", "shop", file("x.json", "[{\"id\":1},\n{broken"), "--key", "id", "--on-error", "skip");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(":2: no valid JSON").contains("what follows cannot be read either");
        assertThat(run.out()).startsWith("stopped after 1 record, skipped 1 in ");
    }

    @Test
    void wantsTheKeyspaceToExistOrToBeCreated() throws IOException {
        String file = file("x.jsonl", "{\"id\":1}\n");
        CliRun run = run("import", "nope", file, "--key", "id");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("'holdfast keyspace create nope', or give --create");
        assertThat(run("import", "nope", file, "--key", "id", "--create").exitCode())
                .isZero();
        assertThat(node.keyspaces).containsKey("nope");
    }

    @Test
    void withoutAKeyFieldSaysWhatTheRecordHas() throws IOException {
        CliRun run = run("import", "shop", file("x.jsonl", "{\"id\":1,\"name\":2}\n"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("say with --key which field is the key").contains("the record has id, name");
    }

    @Test
    void exportsWhatImportRestoresByteForByte() throws IOException {
        String json = "{\"a\":1.50,\"b\":[]}";
        run("put", "shop", "json", json);
        run("put", "shop", "spaced", "{ \"a\" : 1 }");
        run("put", "shop", "text", "line\nline");
        run("put", "shop", "number", "1.0");
        run("put", "shop", "--hex", "ff00", "80");
        String file = directory.resolve("out.jsonl").toString();
        assertThat(run("export", "shop", file).out()).startsWith("exported 5 records in ");
        assertThat(Files.readString(Path.of(file)))
                .isEqualTo(
                        """
                        {"key":"json","value":{"a":1.50,"b":[]}}
                        {"key":"number","value":"1.0"}
                        {"key":"spaced","value":"{ \\"a\\" : 1 }"}
                        {"key":"text","value":"line\\nline"}
                        {"key64":"/wA=","value64":"gA=="}
                        """);
        assertThat(directory.resolve("out.jsonl.part")).doesNotExist();

        String before = run("scan", "shop", "--hex").out();
        run("delete", "shop", "--hex", "ff00");
        run("put", "shop", "json", "changed");
        assertThat(run("import", "shop", file).out()).startsWith("imported 5 records");
        assertThat(run("scan", "shop", "--hex").out()).isEqualTo(before);
    }

    @Test
    void exportsValuesAloneToStandardOutput() {
        run("put", "shop", "1", "{\"id\":1}");
        run("put", "shop", "2", "two");
        CliRun run = run("export", "shop", "-", "--values-only");
        assertThat(run.out()).isEqualTo("{\"id\":1}\n\"two\"\n");
        assertThat(run.err()).startsWith("exported 2 records in ");
    }

    @Test
    void exportsDeepJsonAsText() throws IOException {
        String deep = "[".repeat(1000) + "]".repeat(1000);
        run("put", "shop", "deep", deep);
        String file = directory.resolve("out.jsonl").toString();
        assertThat(run("export", "shop", file).exitCode()).isZero();
        assertThat(Files.readString(Path.of(file))).startsWith("{\"key\":\"deep\",\"value\":\"[[[");
        run("delete", "shop", "deep");
        assertThat(run("import", "shop", file).exitCode()).isZero();
        assertThat(run("get", "shop", "deep").out()).isEqualTo(deep + "\n");
    }

    @Test
    void exportsThroughALinkAndLeavesItALink() throws IOException {
        run("put", "shop", "k", "v");
        Path real = Files.createFile(directory.resolve("real"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("new"));
        assertThat(run("export", "shop", link.toString()).exitCode()).isZero();
        assertThat(run("export", "shop", dangling.toString()).exitCode()).isZero();
        assertThat(link).isSymbolicLink();
        assertThat(dangling).isSymbolicLink();
        assertThat(real).hasContent("{\"key\":\"k\",\"value\":\"v\"}");
        assertThat(directory.resolve("new")).hasContent("{\"key\":\"k\",\"value\":\"v\"}");
    }

    @Test
    void exportsIntoAPipeWithAName() throws IOException, InterruptedException {
        run("put", "shop", "k", "v");
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        try {
            assertThat(run("export", "shop", pipe.toString()).exitCode()).isZero();
            assertThat(Files.isRegularFile(pipe)).isFalse();
            assertThat(read.join()).isEqualTo("{\"key\":\"k\",\"value\":\"v\"}\n");
        } finally {
            // Whoever reads a pipe that nobody has opened waits for ever.
            if (!read.isDone() && !Files.isRegularFile(pipe)) {
                Files.writeString(pipe, "");
            }
        }
    }

    @Test
    void anExportTouchesNoOtherFileAndLeavesNone() throws IOException {
        run("put", "shop", "k", "v");
        file("out.part", "mine");
        file("out", "old");
        assertThat(run("export", "shop", directory.resolve("out").toString()).exitCode())
                .isZero();
        assertThat(directory.resolve("out.part")).hasContent("mine");
        assertThat(directory.resolve("out")).hasContent("{\"key\":\"k\",\"value\":\"v\"}");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(each -> each.getFileName().toString())).containsExactlyInAnyOrder("out", "out.part");
        }
    }

    @Test
    void anExportKeepsThePermissionsOfTheFileThatWasThere() throws IOException {
        Path file = Files.createFile(directory.resolve("out"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        run("export", "shop", file.toString());
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void halvesOfCharactersAreABadRecord() throws IOException {
        String file = file(
                "x.jsonl",
                "{\"id\":\"\\ud800\"}\n{\"id\":\"a\",\"v\":\"\\udc00\"}\n{\"id\":\"b\",\"v\":\"\\ud83d\\ude00\"}\n");
        CliRun run = run("import", "shop", file, "--key", "id", "--on-error", "skip");
        assertThat(run.err()).contains(":1: ", ":2: ").contains("half a character");
        assertThat(run.out()).startsWith("imported 1 record, skipped 2 in ");
        CliRun exported = run("import", "shop", file("y.jsonl", "{\"key\":\"k\",\"value\":\"\\ud800\"}\n"));
        assertThat(exported.exitCode()).isEqualTo(1);
        assertThat(exported.err()).contains("half a character");
    }

    @Test
    void anImportThatSkippedEverythingHasFailed() throws IOException {
        CliRun run = run("import", "shop", file("x.jsonl", "{}\n{}\n"), "--key", "id", "--on-error", "skip");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).startsWith("imported 0 records, skipped 2 in ");
        assertThat(run.err()).endsWith("holdfast: nothing was imported: all 2 records are bad\n");
    }

    @Test
    void createsNoKeyspaceForAFileOfUnknownFormat() throws IOException {
        assertThat(run("import", "nope", file("x", "what?\n"), "--create").exitCode())
                .isEqualTo(2);
        assertThat(node.keyspaces).doesNotContainKey("nope");
    }

    @Test
    void refusesToExportBytesWithoutTheirKey() {
        run("put", "shop", "--hex", "6b", "ff");
        CliRun run = run("export", "shop", "-", "--values-only");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("The value of key 'k' is no text").contains("without --values-only");
    }

    @Test
    void anExportThatFailsLeavesWhatWasThere() throws IOException {
        run("put", "shop", "a", "text");
        run("put", "shop", "--hex", "6b", "ff");
        String file = file("out", "old");
        assertThat(run("export", "shop", file, "--values-only").exitCode()).isEqualTo(1);
        assertThat(Path.of(file)).hasContent("old");
        assertThat(directory.toFile().list()).containsExactly("out");
    }

    /** Of what lies under /dev a file is one all the same. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void replacesAFileInSharedMemory() throws IOException {
        Path file = Files.createTempFile(Path.of("/dev/shm"), "holdfast", ".jsonl");
        try {
            assertThatTwoExportsLeaveOne(file);
        } finally {
            Files.delete(file);
        }
    }

    /** Nor is all a descriptor that lies under /proc: a process' root and working directory do. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void replacesAFileThatIsNamedThroughAProcess() throws IOException {
        Path file = Files.createFile(directory.resolve("out"));
        assertThatTwoExportsLeaveOne(Path.of("/proc/self/root" + file.toAbsolutePath()));
    }

    private void assertThatTwoExportsLeaveOne(Path file) {
        run("put", "shop", "k", "v");
        run("export", "shop", file.toString());
        run("export", "shop", file.toString());
        assertThat(file).hasContent("{\"key\":\"k\",\"value\":\"v\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    void takesTheNameOfStandardOutputForStandardOutput(String name) {
        run("put", "shop", "k", "v");
        CliRun run = run("export", "shop", name);
        assertThat(run.out()).isEqualTo("{\"key\":\"k\",\"value\":\"v\"}\n");
        assertThat(run.err()).startsWith("exported 1 record in ");
    }

    /** Linux has a device that is always full. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void namesTheFileThatCannotBeWritten() {
        run("put", "shop", "k", "v");
        CliRun run = run("export", "shop", "/dev/full");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("holdfast: The file '/dev/full' cannot be written: ");
    }
}
