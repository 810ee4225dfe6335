package io.holdfast.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ParametersTest {
    @Test
    void readsWhatIsGivenAndElseWhatIsUsual() {
        Parameters parameters = Parameters.of("rounds=1", "peers=etcd");
        assertThat(parameters.number("rounds", 3)).isEqualTo(1);
        assertThat(parameters.text("peers", "all")).isEqualTo("etcd");
        assertThat(parameters.number("kills", 9)).isEqualTo(9);
        parameters.requireAllKnown();
    }

    @Test
    void mavensWordForNoValueIsNoParameter() {
        Parameters.of("true").requireAllKnown();
    }

    @Test
    void mistakesAreSaid() {
        Parameters parameters = Parameters.of("rounds=many", "kill=1");
        assertThatThrownBy(() -> parameters.number("rounds", 3)).hasMessageContaining("'many'");
        assertThatThrownBy(parameters::requireAllKnown).hasMessageContaining("no parameter 'kill'");
    }
}
