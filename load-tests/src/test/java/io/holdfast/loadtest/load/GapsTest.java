package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GapsTest {
    @Test
    void aSilentPartitionIsNotHiddenByTheOthers() {
        var gaps = new Gaps(2, 0);
        gaps.acknowledged(0, 10, 10);
        gaps.acknowledged(1, 10, 10);
        gaps.watch(15);
        for (int now = 20; now < 100; now += 10) {
            gaps.acknowledged(0, now, now);
        }
        assertThat(gaps.worstNanos()).isEmpty();
        gaps.acknowledged(1, 100, 100);
        assertThat(gaps.worstNanos()).hasValue(90);
    }

    @Test
    void gapsBeforeTheWatchDoNotCount() {
        var gaps = new Gaps(1, 0);
        gaps.acknowledged(0, 1000, 1000);
        gaps.watch(1010);
        gaps.acknowledged(0, 1020, 1020);
        gaps.acknowledged(0, 1025, 1025);
        assertThat(gaps.worstNanos()).hasValue(20);
    }

    @Test
    void anAnswerThatWasOnItsWayShowsNoTakeover() {
        var gaps = new Gaps(2, 0);
        gaps.watch(10);
        gaps.acknowledged(0, 11, 12);
        gaps.acknowledged(1, 11, 12);
        gaps.expectFrom(15);
        gaps.acknowledged(0, 14, 16);
        gaps.acknowledged(1, 20, 600);
        assertThat(gaps.worstNanos()).isEmpty();
        gaps.acknowledged(0, 15, 716);
        assertThat(gaps.worstNanos()).hasValue(700);
    }

    @Test
    void aGapUnderWayIsSilence() {
        var gaps = new Gaps(2, 0);
        gaps.acknowledged(0, 10, 10);
        gaps.acknowledged(1, 30, 30);
        assertThat(gaps.silentNanos(35)).isEqualTo(25);
    }

    @Test
    void acknowledgementsOutOfOrderMakeNoGap() {
        var gaps = new Gaps(1, 0);
        gaps.watch(0);
        gaps.acknowledged(0, 10, 10);
        gaps.acknowledged(0, 8, 8);
        gaps.acknowledged(0, 16, 16);
        assertThat(gaps.worstNanos()).hasValue(10);
    }
}
