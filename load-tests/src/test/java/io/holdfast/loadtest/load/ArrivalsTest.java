package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Arrivals TWO_STEPS = new Arrivals(
            List.of(new Arrivals.Step(10, Duration.ofSeconds(2)), new Arrivals.Step(100, Duration.ofSeconds(1))));

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void eachStepHasItsOwnRate() {
        assertThat(TWO_STEPS.at(0)).isEqualTo(new Arrivals.Arrival(0, 0));
        assertThat(TWO_STEPS.at(19)).isEqualTo(new Arrivals.Arrival(0, millis(1900)));
        assertThat(TWO_STEPS.at(20)).isEqualTo(new Arrivals.Arrival(1, millis(2000)));
        assertThat(TWO_STEPS.at(119)).isEqualTo(new Arrivals.Arrival(1, millis(2990)));
        assertThat(TWO_STEPS.at(120)).isEqualTo(new Arrivals.Arrival(1, millis(3000)));
    }

    @Test
    void aLateGeneratorDoesNotMoveWhatWasDue() {
        var now = new AtomicLong(1_000);
        var schedule = new Schedule(TWO_STEPS, now::get);
        assertThat(schedule.next()).isEqualTo(new Schedule.Due(0, 0, 1_000));
        now.addAndGet(millis(500));
        assertThat(schedule.next()).isEqualTo(new Schedule.Due(1, 0, 1_000 + millis(100)));
    }

    @Test
    void anEarlyRequestIsDueAtOnce() {
        var now = new AtomicLong(1_000);
        var schedule = new Schedule(TWO_STEPS, now::get);
        schedule.next();
        now.addAndGet(millis(20));
        assertThat(schedule.next().dueNanos()).isEqualTo(1_000 + millis(20));
        now.addAndGet(millis(280));
        assertThat(schedule.next().dueNanos()).isEqualTo(1_000 + millis(200));
    }

    @Test
    void refusesStepsThatAreNone() {
        assertThatThrownBy(() -> new Arrivals.Step(0, Duration.ofSeconds(1))).hasMessageContaining("is none");
        assertThatThrownBy(() -> new Arrivals.Step(1, Duration.ZERO)).hasMessageContaining("is none");
    }
}
