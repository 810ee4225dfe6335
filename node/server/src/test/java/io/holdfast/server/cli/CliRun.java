package io.holdfast.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What one command line printed, and how it ended. */
public record CliRun(int exitCode, String out, String err) {

    /** Runs a command in this process against a node, with text as standard input. */
    public static CliRun of(String endpoint, byte[] input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = terminal(input, out, err, Map.of("HOLDFAST_ENDPOINTS", endpoint), false);
        int code = Cli.run(terminal, args);
        terminal.out().flush();
        return new CliRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    public static CliRun of(FakeNode node, String... args) {
        return of(node.endpoint(), new byte[0], args);
    }

    static Terminal terminal(
            byte[] input,
            ByteArrayOutputStream out,
            ByteArrayOutputStream err,
            Map<String, String> environment,
            boolean isTerminal) {
        return new Terminal(
                new ByteArrayInputStream(input),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                isTerminal,
                isTerminal,
                80,
                new HashMap<>(environment));
    }
}
