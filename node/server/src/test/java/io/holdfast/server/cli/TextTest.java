package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void writesNumbersForPeople() {
        assertThat(Text.count(1, "site")).isEqualTo("1 site");
        assertThat(Text.count(12345, "record")).isEqualTo("12,345 records");
        assertThat(Text.bytes(1023)).isEqualTo("1023 B");
        assertThat(Text.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Text.bytes(1 << 20)).isEqualTo("1.0 MiB");
        assertThat(Text.bytes((1 << 20) - 1)).isEqualTo("1.0 MiB");
        assertThat(Text.bytes(345L << 30)).isEqualTo("345 GiB");
        assertThat(Text.duration(Duration.ofMillis(999))).isEqualTo("999 ms");
        assertThat(Text.duration(Duration.ofMillis(1500))).isEqualTo("1.5 s");
        assertThat(Text.duration(Duration.ofSeconds(5))).isEqualTo("5 s");
        assertThat(Text.duration(Duration.ofSeconds(3725))).isEqualTo("1:02:05");
        assertThat(Text.rate(2.345)).isEqualTo("2.3/s");
        assertThat(Text.rate(31415.9)).isEqualTo("31,416/s");
    }

    @Test
    void alignsColumnsWhateverTheirColours() {
        Table table = new Table("NAME", "COUNT>", "NOTE").row("a", "5", "").row(Colours.ANSI.good("bär"), "1,000", "x");
        assertThat(table.render(Colours.NONE))
                .isEqualTo("NAME  COUNT  NOTE\na         5\n\u001b[32mbär\u001b[0m   1,000  x\n");
    }

    @Test
    void cutsTheLastColumnWhereTheTerminalEnds() {
        Table table = new Table("NAME", "NOTE").row("a", "somewhat longer").row("b", "short");
        assertThat(table.render(Colours.NONE, 16)).isEqualTo("NAME  NOTE\na     somewhat …\nb     short\n");
    }
}
