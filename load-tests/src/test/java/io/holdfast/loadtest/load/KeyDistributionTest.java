package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class KeyDistributionTest {
    private static final int DRAWS = 200_000;

    private static long[] counts(KeyDistribution distribution, int keys) {
        var random = new SplittableRandom(7);
        long[] counts = new long[keys];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) distribution.next(random)]++;
        }
        return counts;
    }

    @Test
    void uniformTakesEveryKeyAboutAsOften() {
        for (long count : counts(new KeyDistribution.Uniform(10), 10)) {
            assertThat(count / (double) DRAWS).isCloseTo(0.1, Offset.offset(0.01));
        }
    }

    @Test
    void zipfianFollowsItsLaw() {
        long[] counts = counts(KeyDistribution.Zipfian.of(1000), 1000);
        double zeta = 0;
        for (int k = 1; k <= 1000; k++) {
            zeta += 1 / Math.pow(k, 0.99);
        }
        assertThat(counts[0] / (double) DRAWS).isCloseTo(1 / zeta, Offset.offset(0.01));
        assertThat(counts[1] / (double) DRAWS).isCloseTo(Math.pow(0.5, 0.99) / zeta, Offset.offset(0.01));
        double upToTen = 0;
        double drawn = 0;
        for (int k = 1; k <= 10; k++) {
            upToTen += 1 / Math.pow(k, 0.99) / zeta;
            drawn += counts[k - 1] / (double) DRAWS;
        }
        assertThat(drawn).isCloseTo(upToTen, Offset.offset(0.02));
    }

    @Test
    void scrambledIsAsUnequalButItsPopularKeysAreNoNeighbours() {
        long[] counts = counts(KeyDistribution.of("zipfian", 1000), 1000);
        int first = 0;
        int second = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > counts[first]) {
                second = first;
                first = i;
            } else if (counts[i] > counts[second]) {
                second = i;
            }
        }
        assertThat(counts[first] / (double) DRAWS).isGreaterThan(0.1);
        assertThat(Math.abs(first - second)).isGreaterThan(1);
    }

    @Test
    void fewKeysAreNoSpecialCase() {
        for (int keys = 1; keys <= 3; keys++) {
            long[] counts = counts(KeyDistribution.Zipfian.of(keys), keys);
            for (long count : counts) {
                assertThat(count).isPositive();
            }
        }
    }

    @Test
    void latestLooksBackFromTheNewestAndNeverBeyondTheFirst() {
        var latest = new KeyDistribution.Latest(1000);
        var random = new SplittableRandom(7);
        long newest = 0;
        for (int i = 0; i < DRAWS; i++) {
            long key = latest.next(random, 50);
            assertThat(key).isBetween(0L, 50L);
            newest += key == 50 ? 1 : 0;
        }
        assertThat(newest / (double) DRAWS).isGreaterThan(0.1);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> KeyDistribution.of("normal", 10)).hasMessageContaining("uniform or zipfian");
        assertThatThrownBy(() -> KeyDistribution.of("uniform", 0)).hasMessageContaining("at least 1");
    }
}
