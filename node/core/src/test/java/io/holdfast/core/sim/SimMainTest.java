package io.holdfast.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    private static SimMain.Runner noting(List<Long> seeds, Optional<Throwable> failure) {
        return (seed, options, readable) -> {
            seeds.add(seed);
            return new SimRun(seed, options, failure, 0, List.of(), 1, 1, 1, 1, 0, new SimTally());
        };
    }

    @Test
    void endsWellOnlyIfAllSeedsDo() throws InterruptedException {
        var seeds = new ArrayList<Long>();
        var fails = Optional.<Throwable>of(new IllegalStateException("planted"));
        assertThat(new SimMain(noting(seeds, Optional.empty()), "--seeds", "3", "--from", "7").run())
                .isZero();
        assertThat(seeds).containsExactly(7L, 8L, 9L);
        assertThat(new SimMain(noting(seeds, fails), "--seeds", "3", "--shrink", "false").run())
                .isEqualTo(1);
    }

    @Test
    void anErrorFailsItsSeedAloneAndTheEnd() throws InterruptedException {
        var seeds = new ArrayList<Long>();
        SimMain.Runner sound = noting(seeds, Optional.empty());
        SimMain.Runner dying = (seed, options, readable) -> {
            if (seed == 2) {
                throw new StackOverflowError();
            }
            return sound.run(seed, options, readable);
        };

        int end = new SimMain(dying, "--seeds", "4", "--failures", "4").run();

        assertThat(seeds).containsExactly(1L, 3L, 4L);
        assertThat(end).isEqualTo(1);
    }

    @Test
    void anErrorInARunIsItsFailure() {
        SimRun run = SimRun.of(
                1,
                SimOptions.of(3, 20),
                false,
                cluster -> cluster.world.queue.at(1, () -> {
                    throw new StackOverflowError();
                }));
        assertThat(run.failure()).get().isInstanceOf(StackOverflowError.class);
    }

    @Test
    void replaysSeedZeroAsAnyOther() throws InterruptedException {
        var seeds = new ArrayList<Long>();
        assertThat(new SimMain(noting(seeds, Optional.empty()), "--replay", "0").run())
                .isZero();
        assertThat(seeds).containsExactly(0L);
    }
}
