package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long a transaction may pause after a conflict. */
class TransactionPauseTest {
    private static final long MILLI = 1_000_000;

    @Test
    void growsWithEachAttemptUpToABound() {
        assertThat(TransactionRunner.longestPause(1, 0, MILLI)).isEqualTo(4 * MILLI);
        assertThat(TransactionRunner.longestPause(3, 0, MILLI)).isEqualTo(16 * MILLI);
        assertThat(TransactionRunner.longestPause(1_000, 0, MILLI)).isEqualTo(100 * MILLI);
    }

    @Test
    void isShorterForTheOld() {
        assertThat(TransactionRunner.longestPause(1_000, 250 * MILLI, MILLI)).isEqualTo(50 * MILLI);
        assertThat(TransactionRunner.longestPause(1_000, 500 * MILLI, MILLI)).isEqualTo(100 * MILLI / 3);
        assertThat(TransactionRunner.longestPause(1, Long.MAX_VALUE / 2, MILLI)).isEqualTo(2);
    }

    /** Else those whose attempts take longer than all pauses would always be under way together. */
    @Test
    void isAsLongAsSomeAttemptsThatTakeLong() {
        long attempt = 400 * MILLI;
        assertThat(TransactionRunner.longestPause(1, attempt, attempt)).isEqualTo(attempt / 4);
        assertThat(TransactionRunner.longestPause(6, attempt, attempt)).isEqualTo(8 * attempt);
        assertThat(TransactionRunner.longestPause(20, 8 * attempt, attempt)).isEqualTo(4 * attempt);
    }
}
