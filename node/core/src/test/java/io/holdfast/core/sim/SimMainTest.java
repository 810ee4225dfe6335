package io.holdfast.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimMainTest {
    /** Each would simulate nothing, or what there is not, and end as if all held. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cores 0",
                "--seeds -5",
                "--seeds many",
                "--sites 4",
                "--ops 0",
                "--clients 0",
                "--failures 0",
                "--shrink maybe",
                "--without NOTHING",
                "--ops",
                "--unknown 1"
            })
    void anOptionThatCannotBeMeantIsRefusedByItsName(String arguments) {
        String[] words = arguments.split(" ");
        assertThatThrownBy(() -> new SimMain(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words[0]);
    }

    @Test
    void takesWhatItsHeadNames() {
        assertThatCode(() -> new SimMain(
                        "--seeds",
                        "10",
                        "--from",
                        "7",
                        "--cores",
                        "2",
                        "--sites",
                        "0",
                        "--without",
                        "CRASH,WIPE",
                        "--shrink",
                        "false"))
                .doesNotThrowAnyException();
    }

    @Test
    void zeroIsASeedAsWell() {
        assertThat(new SimMain("--replay", "0").replayed()).hasValue(0);
        assertThat(new SimMain("--seeds", "1").replayed()).isEmpty();
    }
}
