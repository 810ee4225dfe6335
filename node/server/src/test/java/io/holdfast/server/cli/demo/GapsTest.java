package io.holdfast.server.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GapsTest {
    private static final long MILLIS = 1_000_000;
    private final Gaps gaps = new Gaps(2);

    @Test
    void anAnswerThatWasOnItsWayShowsNoTakeover() {
        gaps.acknowledged(0, 0, MILLIS);
        gaps.acknowledged(1, 0, MILLIS);
        gaps.watch(10 * MILLIS);
        gaps.acknowledged(0, 5 * MILLIS, 11 * MILLIS);
        gaps.acknowledged(1, 20 * MILLIS, 600 * MILLIS);
        assertThat(gaps.allHeard()).isFalse();
        assertThat(gaps.worstMillis()).isEmpty();

        gaps.acknowledged(0, 100 * MILLIS, 711 * MILLIS);
        assertThat(gaps.worstMillis()).hasValue(700);
    }
}
