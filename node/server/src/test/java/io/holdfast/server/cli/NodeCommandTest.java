package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.cli.local.NodeCommand;
import io.holdfast.server.cli.local.NodeHost;
import io.holdfast.server.membership.MembershipException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NodeCommandTest {
    @TempDir
    Path dir;

    /** A node that becomes ready, or not, and ends when it does. */
    private record Node(CompletionStage<Void> ready, CompletableFuture<Void> terminated) implements NodeHost.Running {
        @Override
        public void stop() {
            terminated.complete(null);
        }
    }

    private final CompletableFuture<Void> end = new CompletableFuture<>();

    private CliRun run(CompletionStage<Void> ready, String more, String... options) throws IOException {
        Path file = Files.writeString(
                dir.resolve("node.conf"),
                "site { name = a, data-dir = d }, sites { a { hosts = [\"[::1]\"] } }, tolerance.sites = 0\n" + more);
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = CliRun.terminal(new byte[0], out, err, Map.of(), false);
        CommandLine command = new CommandLine(new NodeCommand(terminal, settings -> new Node(ready, end), () -> {}));
        command.setExecutionExceptionHandler((failure, line, parsed) -> Cli.report(terminal, failure));
        int code = command.execute(Stream.concat(Stream.of("--config", file.toString()), Stream.of(options))
                .toArray(String[]::new));
        terminal.out().flush();
        return new CliRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void whereANodeIsReadyCanBeGivenToAClient() throws IOException {
        CliRun run = run(CompletableFuture.completedFuture(null), "", "--end-with-input");
        assertThat(run).isEqualTo(new CliRun(0, "ready: a=[::1]:7400\n", ""));
    }

    /** As one that the others have downed: 0 would tell a supervisor that all is as it was meant. */
    @Test
    void aNodeThatEndsByItselfHasFailed() throws IOException {
        end.complete(null);
        CliRun run = run(CompletableFuture.completedFuture(null), "");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("holdfast: The node has ended by itself");
    }

    @Test
    void aNodeThatMustNotJoinIsAMistakeAndNoBug() throws IOException {
        var refused = new MembershipException("the sites differ: use the same file");
        CliRun run = run(CompletableFuture.failedFuture(new CompletionException(refused)), "");
        assertThat(run).isEqualTo(new CliRun(2, "", "holdfast: the sites differ: use the same file\n"));
    }

    @Test
    void theCheckFindsWhatPekkoCannotRead() throws IOException {
        CliRun run = run(CompletableFuture.completedFuture(null), "pekko.cluster.gossip-interval = banana", "--check");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("node.conf:2", "gossip-interval", "banana", "remove the setting");
    }

    @Test
    void theCheckTellsWhichNodeItIs() throws IOException {
        assertThat(run(CompletableFuture.completedFuture(null), "", "--check"))
                .isEqualTo(new CliRun(0, "The settings are right: node [::1]:7400 of site a.\n", ""));
    }
}
