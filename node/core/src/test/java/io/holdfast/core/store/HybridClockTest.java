package io.holdfast.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HybridClockTest {
    @Test
    void followsTheWallClockAndNeverGoesBack() {
        var clock = new HybridClock(0);
        long first = clock.next(1_000, 3);
        assertThat(HybridClock.wallMillis(first)).isEqualTo(1_000);
        assertThat(clock.next(1_000, 1)).isEqualTo(first + 3);
        assertThat(clock.next(10, 1)).isEqualTo(first + 4);
        assertThat(HybridClock.wallMillis(clock.next(1_001, 1))).isEqualTo(1_001);
    }

    @Test
    void staysAboveWhatItHasSeen() {
        var clock = new HybridClock(0);
        clock.observe(HybridClock.ofWallMillis(5_000));
        assertThat(clock.next(1_000, 1)).isEqualTo(HybridClock.ofWallMillis(5_000) + 1);
        clock.observe(1);
        assertThat(clock.next(1_000, 1)).isEqualTo(HybridClock.ofWallMillis(5_000) + 2);
    }
}
