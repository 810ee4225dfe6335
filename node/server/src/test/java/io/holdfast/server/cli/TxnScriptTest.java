package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
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
                        put shop empty
                        add bank ada -20
                        delete shop cart
                        """))
                .containsExactly(
                        new TxnLine(2, TxnLine.Verb.IF_IS, "shop", "cart", "two  words"),
                        new TxnLine(3, TxnLine.Verb.IF_ABSENT, "shop", "order", ""),
                        new TxnLine(4, TxnLine.Verb.IF_EXISTS, "shop", "user", ""),
                        new TxnLine(6, TxnLine.Verb.GET, "shop", "cart", ""),
                        new TxnLine(7, TxnLine.Verb.PUT, "shop", "order", "paid in full"),
                        new TxnLine(8, TxnLine.Verb.PUT, "shop", "empty", ""),
                        new TxnLine(9, TxnLine.Verb.ADD, "bank", "ada", "-20"),
                        new TxnLine(10, TxnLine.Verb.DELETE, "shop", "cart", ""));
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
