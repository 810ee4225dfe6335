package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void countsFailuresByReasonAndKeepsThemOutOfTheTimes() {
        var figures = new Figures();
        for (int i = 1; i <= 100; i++) {
            figures.add("get", i * 1_000_000L, Optional.empty());
        }
        figures.add("get", 5_000_000_000L, Optional.of("TIMED_OUT"));
        figures.add("put", 7_000_000L, Optional.of("TIMED_OUT"));
        assertThat(figures.all().succeeded()).isEqualTo(100);
        assertThat(figures.all().failures()).isEqualTo(Map.of("TIMED_OUT", 2L));
        assertThat(figures.all().millis(50)).isCloseTo(50, Percentage.withPercentage(1));
        assertThat(figures.all().millis(100)).isCloseTo(100, Percentage.withPercentage(1));
        assertThat(figures.startingWith("p").failed()).isEqualTo(1);
        assertThat(figures.endingWith("et").succeeded()).isEqualTo(100);
    }

    @Test
    void aTimeBeyondAllBoundsIsTheLongestOne() {
        var figures = new Figures();
        figures.add("get", Long.MAX_VALUE, Optional.empty());
        assertThat(figures.all().millis(100)).isCloseTo(600_000, Percentage.withPercentage(1));
    }
}
