package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TxnScriptTest {
    @Test
    void linesAreVerbsWithAKeyspaceAKeyAndTheRest() {
        assertThat(
                        TxnLine.parse(
                                """
                        # pay
                        if shop cart is two  words
                        if shop order absent
                        if shop user exists

                        get shop cart
                        put shop order  paid in full
                        put shop empty\s
                        put shop spaced   a  b\s\s
                        add bank ada -20
                        delete shop cart
                        """))
                .containsExactly(
                        new TxnLine(2, TxnLine.Verb.IF_IS, "shop", "cart", "two  words"),
                        new TxnLine(3, TxnLine.Verb.IF_ABSENT, "shop", "order", ""),
                        new TxnLine(4, TxnLine.Verb.IF_EXISTS, "shop", "user", ""),
                        new TxnLine(6, TxnLine.Verb.GET, "shop", "cart", ""),
                        new TxnLine(7, TxnLine.Verb.PUT, "shop", "order", " paid in full"),
                        new TxnLine(8, TxnLine.Verb.PUT, "shop", "empty", ""),
                        new TxnLine(9, TxnLine.Verb.PUT, "shop", "spaced", "  a  b  "),
                        new TxnLine(10, TxnLine.Verb.ADD, "bank", "ada", "-20"),
                        new TxnLine(11, TxnLine.Verb.DELETE, "shop", "cart", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"get shop", "get shop a b", "putt shop a b", "add shop a ten", "if shop a equals b"})
    void aLineThatCannotBeReadIsNamed(String line) {
        assertThatThrownBy(() -> TxnLine.parse("get shop a\n" + line))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("Line 2")
                .hasMessageContaining(line);
    }

    @Test
    void aMarkThatAnEditorPutsFirstAndCommentsThatAreIndentedArePassedOver() {
        assertThat(TxnLine.parse("\uFEFFget shop a\n  # pay\n\t#\nget shop b"))
                .extracting(TxnLine::number, TxnLine::key)
                .containsExactly(tuple(1, "a"), tuple(4, "b"));
    }

    @Test
    void aPutWithoutAValueIsAMistake() {
        assertThatThrownBy(() -> TxnLine.parse("put shop a"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("Line 1")
                .hasMessageContaining("has no value")
                .hasMessageContaining("for an empty one end the line with a blank");
    }

    @Test
    void blanksAroundWhatIsNoValueDoNotCount() {
        assertThat(TxnLine.parse(" get  shop \ta \nadd bank ada  5 \nif shop a  absent \nif shop a is  x \n"))
                .containsExactly(
                        new TxnLine(1, TxnLine.Verb.GET, "shop", "a", ""),
                        new TxnLine(2, TxnLine.Verb.ADD, "bank", "ada", "5"),
                        new TxnLine(3, TxnLine.Verb.IF_ABSENT, "shop", "a", ""),
                        new TxnLine(4, TxnLine.Verb.IF_IS, "shop", "a", " x "));
    }

    @Test
    void bytesThatAreNoTextAreNamedWithTheirLine(@TempDir Path directory) throws IOException {
        byte[] script = {'#', '\n', 'p', 'u', 't', ' ', 's', ' ', 'k', ' ', (byte) 0xff, '\n'};
        String file = Files.write(directory.resolve("script"), script).toString();
        for (CliRun run : List.of(
                CliRun.of("127.0.0.1:1", script, "txn", "-"), CliRun.of("127.0.0.1:1", new byte[0], "txn", file))) {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("Line 2 of the script is no UTF-8").contains("--hex");
        }
    }

    @Test
    void anEmptyScriptIsAMistake() {
        assertThatThrownBy(() -> TxnLine.parse("# nothing\n")).isInstanceOf(CommandFailure.class);
    }

    @Test
    void timestampsAreNumbersTimesOrAges() {
        long now = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();
        assertThat(Timestamps.parse("111411200", now)).isEqualTo(111411200);
        assertThat(Timestamps.parse("2026-01-31T11:59:30Z", now)).isEqualTo(Timestamps.parse("-30s", now));
        assertThat(Timestamps.parse("-250ms", now) >> 16).isEqualTo(now - 250);
        assertThat(Timestamps.parse("-1h", now) >> 16).isEqualTo(now - 3_600_000);
        assertThat(Timestamps.duration("history", "10m")).hasMinutes(10);
        for (String wrong : new String[] {"yesterday", "-5", "-", "99999999999999999999"}) {
            assertThatThrownBy(() -> Timestamps.parse(wrong, now))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining(wrong);
        }
    }
}
