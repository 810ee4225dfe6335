package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands whose standard output cannot be written. */
class LostOutputTest {
    private final FakeNode node = new FakeNode().with("shop");

    @AfterEach
    void stop() {
        node.close();
    }

    private CliRun run(String why, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException(why);
            }
        };
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                new StandardOutput(failing, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                80,
                Map.of("HOLDFAST_ENDPOINTS", node.endpoint()));
        return new CliRun(Cli.run(terminal, args), "", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aFullDiskIsAFailureWithItsCause() {
        CliRun full = new CliRun(1, "", "holdfast: standard output cannot be written: No space left on device\n");
        assertThat(run("No space left on device", "put", "shop", "k", "v")).isEqualTo(full);
        assertThat(run("No space left on device", "get", "shop", "k")).isEqualTo(full);
        assertThat(run("No space left on device", "scan", "shop")).isEqualTo(full);
        assertThat(run("No space left on device", "export", "shop", "-")).isEqualTo(full);
    }

    @Test
    void anExportStopsWhereItCannotWrite() {
        for (int i = 0; i < 3; i++) {
            CliRun.of(node, "put", "shop", "k" + i, "x".repeat(100_000));
        }
        assertThat(run("No space left on device", "export", "shop", "-").err())
                .startsWith("holdfast: standard output cannot be written")
                .doesNotContain("exported");
    }

    @Test
    void aReaderThatHasGoneHearsNothing() {
        assertThat(run("Broken pipe", "put", "shop", "k", "v")).isEqualTo(new CliRun(141, "", ""));
        assertThat(run("Broken pipe", "export", "shop", "-")).isEqualTo(new CliRun(141, "", ""));
        assertThat(run("Broken pipe", "get", "shop", "nothing").exitCode()).isEqualTo(1);
    }
}
