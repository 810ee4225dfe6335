package io.holdfast.server.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final ProgressLine HALF = new ProgressLine(
            "imported", 1_234_567, 45_678.9, OptionalDouble.of(0.5), Optional.of(Duration.ofSeconds(75)));
    private static final ProgressLine UNKNOWN =
            new ProgressLine("imported", 10, 2, OptionalDouble.empty(), Optional.empty());

    @Test
    void drawsABarThatFits() {
        assertThat(HALF.bar(80))
                .isEqualTo("[==============>               ]  50%  1,234,567 records  45,679/s  1:15 left");
        assertThat(HALF.bar(80).length()).isLessThan(80);
        assertThat(HALF.bar(50)).isEqualTo("50%  1,234,567 records  45,679/s  1:15 left");
        assertThat(HALF.bar(20)).hasSize(19);
        assertThat(UNKNOWN.bar(80)).isEqualTo("10 records  2.0/s");
    }

    @Test
    void fillsTheBarAtTheEnd() {
        ProgressLine end = new ProgressLine("x", 1, 1, OptionalDouble.of(1), Optional.empty());
        assertThat(end.bar(60))
                .startsWith("[====")
                .contains("=]")
                .doesNotContain(">")
                .contains("100%");
        ProgressLine start = new ProgressLine("x", 0, 0, OptionalDouble.of(0), Optional.empty());
        assertThat(start.bar(60)).startsWith("[    ").contains("  0%");
    }

    @Test
    void speaksInSentencesWhereNobodyWatches() {
        assertThat(HALF.sentence()).isEqualTo("imported 1,234,567 records, 45,679/s, 50%, 1:15 left");
        assertThat(UNKNOWN.sentence()).isEqualTo("imported 10 records, 2.0/s");
    }
}
