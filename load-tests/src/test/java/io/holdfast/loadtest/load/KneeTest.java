package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class KneeTest {
    private static Knee.Step step(double rate, double p99) {
        return new Knee.Step(rate, 100, 0, p99);
    }

    @Test
    void isTheHighestRateWithinTheBound() {
        assertThat(Knee.of(List.of(step(100, 5), step(200, 9), step(400, 30), step(800, 400)), 10))
                .hasValue(200);
    }

    @Test
    void oneHiccupIsNotTheEnd() {
        assertThat(Knee.of(List.of(step(100, 5), step(200, 50), step(400, 9)), 10))
                .hasValue(400);
    }

    @Test
    void whatComesAfterTwoBadStepsDoesNotCount() {
        assertThat(Knee.of(List.of(step(100, 5), step(200, 50), step(400, 60), step(800, 1)), 10))
                .hasValue(100);
    }

    @Test
    void failuresAndSilenceAreNotWithinTheBound() {
        assertThat(Knee.of(List.of(new Knee.Step(100, 99, 1, 1), new Knee.Step(200, 0, 0, 0)), 10))
                .isEmpty();
    }

    @Test
    void aRampReachesItsHighestRate() {
        assertThat(Knee.rates(100, 400, 2)).containsExactly(100.0, 200.0, 400.0);
        assertThat(Knee.rates(100, 450, 2)).containsExactly(100.0, 200.0, 400.0, 800.0);
        assertThatThrownBy(() -> Knee.rates(100, 50, 2)).hasMessageContaining("is none");
        assertThatThrownBy(() -> Knee.rates(100, 200, 1)).hasMessageContaining("is none");
    }

    @Test
    void beyondAFewTimesTheBoundTheRestIsLeftOut() {
        // 10,000/s within 10 ms are 100 under way; four times that is too much.
        var overload = new Overload(List.of(10_000.0), Duration.ofMillis(10));
        for (int i = 0; i < 400; i++) {
            assertThat(overload.begin(0)).isTrue();
        }
        assertThat(overload.begin(0)).isFalse();
        assertThat(overload.leftOut(0)).isEqualTo(1);
        overload.end();
        assertThat(overload.begin(0)).isTrue();
    }
}
