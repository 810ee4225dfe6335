package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);
    private final ByteBudget.Share one = budget.share();
    private final ByteBudget.Share other = budget.share();

    @Test
    void allSharesCountTogether() {
        one.set(60);
        assertThat(other.mayTake(40)).isTrue();
        assertThat(other.mayTake(41)).isFalse();
        other.set(40);
        assertThat(one.mayTake(1)).isFalse();
        one.set(0);
        assertThat(one.mayTake(60)).isTrue();
    }

    @Test
    void whoTakesNothingYetMayBeginWhileOthersHaveAll() {
        one.set(100);
        assertThat(other.mayTake(1)).isFalse();
        assertThat(other.mayTakeOrBegin(100)).isTrue();
        assertThat(other.mayTakeOrBegin(101)).as("twice as much is too much").isFalse();
        assertThat(one.mayTakeOrBegin(1)).as("it has begun").isFalse();
    }

    @Test
    void whatIsLargerThanAllOfItGoesAlone() {
        assertThat(one.mayTake(1_000)).isTrue();
        one.set(1_000);
        assertThat(other.mayTake(1)).isFalse();
        one.set(0);
        assertThat(other.mayTake(1_000)).isTrue();
    }
}
