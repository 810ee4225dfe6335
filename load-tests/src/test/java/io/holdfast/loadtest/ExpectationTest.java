package io.holdfast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.loadtest.Expectation.Finding;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    @Test
    void noneIsNotSome() {
        assertThat(Finding.some(0, "answered")).isEqualTo(new Finding(false, "found 0 answered"));
        assertThat(Finding.some(1, "answered").holds()).isTrue();
    }
}
