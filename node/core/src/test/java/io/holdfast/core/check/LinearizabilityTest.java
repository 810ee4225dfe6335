package io.holdfast.core.check;

import static io.holdfast.core.check.Operation.read;
import static io.holdfast.core.check.Operation.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.check.Linearizability.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories made by hand: what the search must accept, and the traps it must not fall into. */
class LinearizabilityTest {

    private static Verdict verdict(Operation... operations) {
        return Linearizability.check(List.of(operations)).verdict();
    }

    @Test
    void acceptsOneAfterTheOther() {
        assertThat(verdict(write("x", 1, 2, 7), read("y", 3, 4, 7), write("x", 5, 6, 0), read("y", 7, 8, 0)))
                .isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void acceptsEitherOrderOfWritesThatOverlap() {
        assertThat(verdict(write("x", 1, 10, 7), write("y", 2, 9, 8), read("z", 11, 12, 7)))
                .isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(write("x", 1, 10, 7), write("y", 2, 9, 8), read("z", 11, 12, 8)))
                .isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void refusesAStaleRead() {
        assertThat(verdict(write("x", 1, 2, 7), write("x", 3, 4, 8), read("y", 5, 6, 7)))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void refusesAReadOfWhatNobodyWrote() {
        assertThat(verdict(write("x", 1, 2, 7), read("y", 3, 4, 9))).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void refusesALostUpdate() {
        // Both replaced value 7, and both were told that they did.
        assertThat(verdict(
                        write("x", 1, 2, 7),
                        write("x", 3, 6, 8).when(Operation.Condition.IS, 7),
                        write("y", 4, 7, 9).when(Operation.Condition.IS, 7),
                        read("z", 8, 9, 9)))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void refusesReadsThatGoBack() {
        assertThat(verdict(write("x", 1, 2, 7), write("y", 3, 20, 8), read("z", 4, 5, 8), read("z", 6, 7, 7)))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void acceptsThatAWriteWithoutOutcomeTookEffectLateOrNever() {
        Operation lost = write("x", 1, 2, 8).indeterminate();
        assertThat(verdict(write("x", 3, 4, 7), lost, read("y", 5, 6, 7))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(write("x", 3, 4, 7), lost, read("y", 5, 6, 7), read("y", 7, 8, 8)))
                .isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void refusesAWriteWithoutOutcomeThatTookEffectTwice() {
        Operation lost = write("x", 1, 2, 8).indeterminate();
        assertThat(verdict(write("x", 3, 4, 7), lost, read("y", 5, 6, 8), write("x", 7, 8, 9), read("y", 9, 10, 8)))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void refusesAStaleReadAfterAWriteWithoutOutcomeWasSeen() {
        // The known trap: the write failed for its caller, somebody saw its value all the same, and it may not vanish.
        Operation failed = write("x", 3, 4, 8).indeterminate();
        assertThat(verdict(write("x", 1, 2, 7), failed, read("y", 5, 6, 8), read("z", 7, 8, 7)))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void refusesWhatABeforeItsCallCannotHaveDone() {
        assertThat(verdict(read("y", 1, 2, 7), write("x", 3, 4, 7))).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(verdict(read("y", 1, 2, 7), write("x", 3, 4, 7).indeterminate()))
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void judgesFailedConditionsByWhatTheyFound() {
        Operation create = write("y", 3, 4, 8).when(Operation.Condition.ABSENT, 0);
        assertThat(verdict(write("x", 1, 2, 7), create.failed(7))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(write("x", 1, 2, 7), create.failed(6))).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(verdict(write("x", 1, 2, 7), create)).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(verdict(create.failed(Operation.UNKNOWN))).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void keepsADeletionWithoutOutcomeInMind() {
        Operation deletion = write("x", 3, 4, 0).indeterminate();
        assertThat(verdict(write("x", 1, 2, 7), deletion, read("y", 5, 6, 7), read("y", 7, 8, 0)))
                .isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(write("x", 1, 2, 7), read("y", 7, 8, 0))).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void namesTheOperationsThatClash() {
        Operation stale = read("reader", 5, 6, 7);
        var result = Linearizability.check(List.of(write("x", 1, 2, 7), write("y", 3, 4, 8), stale));
        assertThat(result.clash()).endsWith(stale).contains(write("y", 3, 4, 8));
    }

    @Test
    void searchesManyOverlappingWritesInReasonableTime() {
        var history = new ArrayList<Operation>();
        for (int i = 0; i < 200; i++) {
            history.add(write("w" + i, 10L * i, 10L * i + 45, i + 1));
            history.add(read("r" + i, 10L * i + 46, 10L * i + 49, i + 1));
        }
        assertThat(Linearizability.check(history).verdict()).isNotEqualTo(Verdict.UNDECIDED);
    }
}
