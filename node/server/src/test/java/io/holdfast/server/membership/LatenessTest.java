package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenessTest {
    private long nanos = -5;
    private Runnable timer = () -> {};
    private final Lateness lateness = new Lateness(
            (after, task) -> {
                assertThat(after).isEqualTo(Lateness.INTERVAL);
                timer = task;
            },
            () -> nanos);

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private void runAfter(Duration time) {
        pass(time);
        timer.run();
    }

    @Test
    void asLateAsUsualIsNotLate() {
        runAfter(Lateness.INTERVAL.plus(Lateness.USUAL).minusNanos(1));

        assertThat(lateness.patience()).isZero();
    }

    @Test
    void patienceGrowsWithLateness() {
        runAfter(Lateness.INTERVAL.plusMillis(110));

        assertThat(lateness.patience()).isEqualTo(Duration.ofMillis(110).multipliedBy(Lateness.FACTOR));
    }

    @Test
    void aTimerThatIsStillToRunCounts() {
        pass(Lateness.INTERVAL.plusMillis(120));

        assertThat(lateness.patience()).isEqualTo(Duration.ofMillis(120).multipliedBy(Lateness.FACTOR));
    }

    @Test
    void patienceHasABound() {
        pass(Duration.ofHours(1));

        assertThat(lateness.patience()).isEqualTo(Lateness.LONGEST);
    }

    @Test
    void aSecondLaterItIsForgotten() {
        runAfter(Lateness.INTERVAL.plusMillis(500));
        for (int i = 0; i < 19; i++) {
            runAfter(Lateness.INTERVAL);
            assertThat(lateness.patience()).isPositive();
        }

        runAfter(Lateness.INTERVAL);
        assertThat(lateness.patience()).isZero();
    }
}
