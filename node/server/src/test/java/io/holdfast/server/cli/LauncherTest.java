package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a java and a mvn that only say how they were called. */
class LauncherTest {
    private static final String JAVA =
            """
            #!/bin/sh
            if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2025-04-15' >&2; exit 0; fi
            for each; do echo "java: $each"; done
            """;
    private static final String MVN =
            """
            #!/bin/sh
            echo "mvn: $*"
            [ "${MVN_FAILS:-}" = "" ] || exit 1
            mkdir -p node/server/target
            echo jar > node/server/target/holdfast-server-1.jar
            """;

    @TempDir
    private Path directory;

    private Path home;
    private Path tools;

    @BeforeEach
    void copy() throws IOException {
        home = Files.createDirectories(directory.resolve("a place/with blanks"));
        tools = Files.createDirectories(directory.resolve("tools"));
        Path bin = Files.createDirectories(home.resolve("bin"));
        Files.copy(Path.of("../../bin/holdfast"), bin.resolve("holdfast"));
        executable(bin.resolve("holdfast"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        for (String tool : List.of(
                "dirname",
                "sed",
                "head",
                "mkdir",
                "mktemp",
                "rm",
                "mv",
                "ln",
                "sleep",
                "readlink",
                "cut",
                "find",
                "grep")) {
            Path found = Files.exists(Path.of("/bin", tool)) ? Path.of("/bin", tool) : Path.of("/usr/bin", tool);
            install(tool, "#!/bin/sh\nexec " + found + " \"$@\"\n");
        }
    }

    private static void executable(Path file) {
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void install(String tool, String script) throws IOException {
        executable(Files.writeString(tools.resolve(tool), script));
    }

    private record Run(int exitCode, String out) {}

    private Run run(Path script, List<String> environment, String... args) throws IOException, InterruptedException {
        Process process = start(script, environment, args);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), out);
    }

    private Process start(Path script, List<String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=" + tools));
        command.addAll(environment);
        command.add(script.toString());
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return process;
    }

    private Run run(String... args) throws IOException, InterruptedException {
        return run(home.resolve("bin/holdfast"), List.of(), args);
    }

    private void installAll() throws IOException {
        install("java", JAVA.replace("VERSION", "17.0.1"));
        install("mvn", MVN);
    }

    @Test
    void buildsOnFirstUseAndOnlyThen() throws IOException, InterruptedException {
        installAll();
        Run first = run("get", "ks", "a key");
        assertThat(first.exitCode()).isZero();
        assertThat(first.out())
                .contains("holdfast: building Holdfast from source")
                .contains("mvn: -q -B -Dmaven.test.skip=true -pl node/server -am package")
                .contains("java: -jar\njava: " + home.toRealPath()
                        + "/node/server/target/holdfast-server-1.jar\njava: get\njava: ks\njava: a key\n");
        assertThat(run("get", "ks", "k").out()).doesNotContain("mvn").contains("java: -XX:+UseSerialGC");
        assertThat(run("--rebuild").out()).contains("mvn: ");
    }

    @Test
    void worksThroughALink() throws IOException, InterruptedException {
        installAll();
        Path link = Files.createSymbolicLink(directory.resolve("hf"), Path.of("a place/with blanks/bin/holdfast"));
        assertThat(run(link, List.of(), "status").out()).endsWith("java: status\n");
    }

    @Test
    void givesANodeItsHeap() throws IOException, InterruptedException {
        installAll();
        run("status");
        Run node = run(
                home.resolve("bin/holdfast"),
                List.of("HOLDFAST_HEAP=3g", "HOLDFAST_JAVA_OPTIONS=-Da=1 -Db=2"),
                "node",
                "--config",
                "x y.conf");
        assertThat(node.out())
                .startsWith("java: @" + home.toRealPath() + "/bin/node.options\n")
                .contains("java: -Xmx3g\njava: -Da=1\njava: -Db=2\n")
                .endsWith("java: node\njava: --config\njava: x y.conf\n");
        assertThat(run("node").out()).contains("java: -Xmx800m\n");
    }

    @Test
    void letsThreadsFinishOnFewProcessors() throws IOException, InterruptedException {
        installAll();
        run("status");
        install("getconf", "#!/bin/sh\necho 4\n");
        assertThat(run("node").out()).startsWith("java: @").contains("java: -XX:TieredStopAtLevel=1\n");
        installScheduler("SCHED_OTHER");
        assertThat(run("node").out()).startsWith("chrt: -b 0\njava: @");
        assertThat(run("up").out()).contains("chrt: -b 0\njava: ").endsWith("java: up\n");
        assertThat(run("status").out()).doesNotContain("chrt");
        installScheduler("SCHED_FIFO");
        assertThat(run("node").out()).startsWith("java: @");
        install("chrt", "#!/bin/sh\n[ $1 = -p ] || exit 1\necho SCHED_OTHER\n");
        assertThat(run("node").out()).as("one that may not").startsWith("java: @");
        installScheduler("SCHED_OTHER");
        install("getconf", "#!/bin/sh\necho 5\n");
        assertThat(run("node").out()).startsWith("java: @").contains("java: -XX:+TieredCompilation\n");
    }

    @Test
    void preparesFasterStartsAnewWhenAJarHasChanged() throws IOException, InterruptedException {
        installAll();
        run("status");
        Path server = home.resolve("node/server/target");
        Path library = Files.createDirectories(server.resolve("lib"));
        Path jar = Files.writeString(library.resolve("core.jar"), "");
        Path archive = Files.writeString(server.resolve("classes.jsa"), "");
        for (Path old : List.of(server.resolve("holdfast-server-1.jar"), jar, library)) {
            Files.setLastModifiedTime(old, FileTime.fromMillis(10_000));
        }
        Files.setLastModifiedTime(archive, FileTime.fromMillis(20_000));
        assertThat(run("up").out())
                .doesNotContain("preparing faster starts")
                .contains("java: -XX:SharedArchiveFile=" + archive.toRealPath());

        Files.setLastModifiedTime(jar, FileTime.fromMillis(30_000));
        assertThat(run("status").out()).doesNotContain("SharedArchiveFile");
        assertThat(run("up").out()).contains("preparing faster starts");
    }

    @Test
    void givesJavaALocaleInUtf8() throws IOException, InterruptedException {
        installAll();
        run("status");
        install("java", "#!/bin/sh\necho \"locale: ${LC_ALL:-} ${LANG:-}\"\n");
        assertThat(locale()).isEqualTo("locale: C.UTF-8 \n");
        assertThat(locale("LANG=C")).isEqualTo("locale: C.UTF-8 C\n");
        assertThat(locale("LANG=de_DE.UTF-8", "LC_ALL=POSIX")).isEqualTo("locale: C.UTF-8 de_DE.UTF-8\n");
        assertThat(locale("LANG=de_DE.UTF-8")).isEqualTo("locale:  de_DE.UTF-8\n");
        assertThat(locale("LANG=C", "LC_ALL=en_GB.utf8")).isEqualTo("locale: en_GB.utf8 C\n");
    }

    private String locale(String... environment) throws IOException, InterruptedException {
        return run(home.resolve("bin/holdfast"), List.of(environment), "status").out();
    }

    /** A chrt that knows the policy of the process that asks, and says what it is told to run with. */
    private void installScheduler(String policy) throws IOException {
        String chrt =
                """
                #!/bin/sh
                if [ "$1" = -p ]; then echo "pid $2's current scheduling policy: POLICY"; exit 0; fi
                echo "chrt: $1 $2"
                shift 2
                exec "$@"
                """;
        install("chrt", chrt.replace("POLICY", policy));
    }

    @Test
    void saysWhatIsMissing() throws IOException, InterruptedException {
        assertMistake(run("status"), "there is no java on the PATH");
        install("java", JAVA.replace("VERSION", "11.0.2"));
        assertMistake(run("status"), "is version 11: Holdfast needs a JDK 17 or newer");
        install("java", JAVA.replace("VERSION", "21"));
        assertMistake(run("status"), "there is no mvn on the PATH");
        Run wrongHome = run(home.resolve("bin/holdfast"), List.of("JAVA_HOME=/no/such"), "status");
        assertMistake(wrongHome, "JAVA_HOME is '/no/such'");
    }

    @Test
    void refusesAHeapThatNoJvmTakes() throws IOException, InterruptedException {
        installAll();
        Path script = home.resolve("bin/holdfast");
        for (String heap : List.of("banana", "4gb", "-1m", "0m", "m", "800", "4096")) {
            assertMistake(run(script, List.of("HOLDFAST_HEAP=" + heap), "up"), "HOLDFAST_HEAP is '" + heap + "'");
        }
        for (String heap : List.of("4G", "838860800", "")) {
            assertThat(run(script, List.of("HOLDFAST_HEAP=" + heap), "up").exitCode())
                    .isZero();
        }
        assertThat(run(script, List.of("HOLDFAST_HEAP=banana"), "get", "shop", "k")
                        .exitCode())
                .isZero();
    }

    private static void assertMistake(Run run, String message) {
        assertThat(run.out()).contains(message).startsWith("holdfast: ");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void aFailedBuildIsAFailure() throws IOException, InterruptedException {
        installAll();
        Run run = run(home.resolve("bin/holdfast"), List.of("MVN_FAILS=1"), "status");
        assertThat(run.out()).contains("the build failed").doesNotContain("java: status");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    /** Two builds in one tree spoil each other's, and a third command would find half a jar. */
    @Test
    void waitsForWhoBuildsAndTakesWhatThatOneMade() throws IOException, InterruptedException {
        installAll();
        Path lock = Files.createDirectories(home.resolve("target")).resolve("building");
        Process builder = standIn("bin/holdfast");
        Files.createSymbolicLink(lock, Path.of(Long.toString(builder.pid())));
        Path server = Files.createDirectories(home.resolve("node/server/target"));
        for (boolean half : new boolean[] {false, true}) {
            if (half) {
                Files.writeString(server.resolve("holdfast-server-1.jar"), "half");
            }
            Process waiting = start(home.resolve("bin/holdfast"), List.of(), "status");
            try (BufferedReader out = waiting.inputReader()) {
                assertThat(out.readLine()).contains("another command is building Holdfast", "waiting");
                Files.writeString(server.resolve("holdfast-server-1.jar"), "jar");
                Path built = Files.move(lock, home.resolve("target/was"));
                assertThat(out.lines()).doesNotContain("mvn: ").endsWith("java: status");
                Files.move(built, lock);
            }
            assertThat(waiting.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        builder.destroy();
    }

    /** A process that runs until it is ended, under the name of a command. */
    private static Process standIn(String name) throws IOException {
        Process process = new ProcessBuilder("/bin/sh", "-c", "echo runs; read end; :", name).start();
        // Only from here on is it called so.
        assertThat(process.inputReader().readLine()).isEqualTo("runs");
        return process;
    }

    /** In a container the numbers of processes begin anew at each start. */
    @Test
    void buildsWhereTheNumberOfWhoBuiltIsThatOfAnother() throws IOException, InterruptedException {
        installAll();
        Process other = standIn("something-else");
        Path lock = Files.createDirectories(home.resolve("target")).resolve("building");
        Files.createSymbolicLink(lock, Path.of(Long.toString(other.pid())));
        assertThat(run("status").out()).contains("mvn: ").endsWith("java: status\n");
        other.destroy();
    }

    @Test
    void buildsWhenWhoBuiltBeforeWasKilled() throws IOException, InterruptedException {
        installAll();
        Process gone = new ProcessBuilder("/bin/sh", "-c", ":").start();
        assertThat(gone.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Path lock = Files.createDirectories(home.resolve("target")).resolve("building");
        Files.createSymbolicLink(lock, Path.of(Long.toString(gone.pid())));
        assertThat(run("status").out()).contains("mvn: ").endsWith("java: status\n");
        assertThat(Files.isSymbolicLink(lock)).isFalse();
    }

    @Test
    void leavesNothingOfABuildBehind() throws IOException, InterruptedException {
        installAll();
        Path lock = home.resolve("target/building");
        Path server = home.resolve("node/server/target");
        run(home.resolve("bin/holdfast"), List.of("MVN_FAILS=1"), "status");
        assertThat(Files.isSymbolicLink(lock)).as("after a failure").isFalse();
        run("status");
        assertThat(Files.isSymbolicLink(lock)).as("after a build").isFalse();
        // The script that waits for its rehearsal is told to end, as by a Ctrl-C, which the rehearsal gets as well.
        install("java", "#!/bin/sh\n" + "case $1 in -XX:ArchiveClassesAtExit*) kill -TERM $PPID; exit 1 ;; esac\n");
        Run interrupted = run("up");
        assertThat(interrupted.exitCode()).isEqualTo(143);
        try (Stream<Path> left = Files.list(server)) {
            assertThat(left).containsExactly(server.resolve("holdfast-server-1.jar"));
        }
    }

    @Test
    void saysWhichJavaIsTooOldForWhatIsBuilt() throws IOException, InterruptedException {
        installAll();
        run("status");
        Path jdk = directory.resolve("an old jdk");
        Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
        executable(Files.writeString(java, JAVA.replace("VERSION", "1.8.0_402")));
        List<String> environment = List.of("JAVA_HOME=" + jdk);
        assertThat(run(home.resolve("bin/holdfast"), environment, "status").exitCode())
                .as("who does not say is taken")
                .isZero();
        for (String version : List.of("1.8.0_402=8", "11.0.2=11")) {
            String[] parts = version.split("=");
            Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + parts[0] + "\"\n");
            assertMistake(
                    run(home.resolve("bin/holdfast"), environment, "status"),
                    "is version " + parts[1] + ": Holdfast needs a JDK 17 or newer");
        }
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"21\"\n");
        assertThat(run(home.resolve("bin/holdfast"), environment, "status").exitCode())
                .isZero();
        Files.delete(jdk.resolve("release"));
        assertMistake(run(home.resolve("bin/holdfast"), environment, "--rebuild"), "is version 8: Holdfast");
    }

    @Test
    void findsItselfWhereCdLooksElsewhere() throws IOException, InterruptedException {
        installAll();
        Files.createDirectories(directory.resolve("elsewhere/a place/with blanks/bin"));
        List<String> environment = List.of("CDPATH=" + directory.resolve("elsewhere"));
        Run run = run(Path.of("a place/with blanks/bin/holdfast"), environment, "status");
        assertThat(run.out()).contains("java: " + home.toRealPath() + "/node/server/target/holdfast-server-1.jar");
    }
}
