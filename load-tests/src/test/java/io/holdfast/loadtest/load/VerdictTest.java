package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void passesWhenAllExpectationsHeld() {
        var verdict = new Verdict("SteadyLoad", 2);
        verdict.figure("rate", 1000);
        verdict.figure("p99_ms", 12.345);
        verdict.judged("p99 at most 50 ms", true, "found 12.3 ms");
        verdict.judged("failed requests at most 0", true, "found 0 failed");
        assertThat(verdict.line()).isEqualTo("SteadyLoad: PASS rate=1000 p99_ms=12.3");
    }

    @Test
    void saysWhatDidNotHold() {
        var verdict = new Verdict("SteadyLoad", 1);
        verdict.judged("lost", false, "site \"b\" lacks 3");
        assertThat(verdict.line()).isEqualTo("SteadyLoad: FAIL reason=\"lost: site 'b' lacks 3\"");
    }

    @Test
    void aRunThatWasNotJudgedHasNotPassed() {
        assertThat(new Verdict("SteadyLoad", 2).line()).contains("FAIL").contains("0 of 2 expectations");
    }
}
