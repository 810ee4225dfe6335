package io.holdfast.server.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import org.junit.jupiter.api.Test;

class BenchPlanTest {
    private static BenchPlan plan(BenchPlan.Mode mode, int keys, int span) {
        return new BenchPlan(mode, 1, keys, 16, span, 0, 1);
    }

    @Test
    void aTransferTakesTwoAccounts() {
        assertThatThrownBy(() -> plan(BenchPlan.Mode.BANK, 1, 1))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("give 2 or more");
        assertThatCode(() -> plan(BenchPlan.Mode.BANK, 2, 1)).doesNotThrowAnyException();
    }

    @Test
    void aTransactionTakesKeysInAsManyPartitionsAsItSpans() {
        BenchPlan few = plan(BenchPlan.Mode.TXN, 10, 16);
        assertThatThrownBy(() -> few.checkSpan(ClosedLoop.keys(10), 16))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--span is 16, and the 10 keys lie in ")
                .hasMessageContaining("give more --keys");
        BenchPlan enough = plan(BenchPlan.Mode.TXN, 1_000, 16);
        assertThatCode(() -> enough.checkSpan(ClosedLoop.keys(1_000), 16)).doesNotThrowAnyException();
    }
}
