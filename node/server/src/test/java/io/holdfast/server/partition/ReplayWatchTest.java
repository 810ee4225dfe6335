package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.partition.JournalContradiction;
import org.junit.jupiter.api.Test;

class ReplayWatchTest {
    private final ReplayWatch watch = new ReplayWatch("shop/0#3", false);

    @Test
    void recordsFollowTheSnapshotUpToTheEnd() {
        watch.snapshot(4);
        watch.record(5);
        watch.record(6);
        assertThatCode(() -> watch.end(6)).doesNotThrowAnyException();
    }

    @Test
    void withoutTheSnapshotTheBeginningIsMissing() {
        assertThatIllegalStateException()
                .isThrownBy(() -> watch.record(5))
                .isNotInstanceOf(JournalContradiction.class)
                .withMessageContaining("shop/0#3 has record 5 behind 0");
    }

    @Test
    void anEndThatIsKnownMustBeThere() {
        watch.record(1);
        assertThatIllegalStateException().isThrownBy(() -> watch.end(2)).withMessageContaining("ends at record 1");
    }

    /** It was read and settled by an earlier holder, so it has gone since, and is not to be waited for. */
    @Test
    void whatIsMissingOfASettledJournalIsAContradiction() {
        var settled = new ReplayWatch("shop/0#3", true);
        assertThatThrownBy(() -> settled.record(5))
                .isInstanceOf(JournalContradiction.class)
                .hasMessageContaining("shop/0#3 has record 5 behind 0");
        settled.record(1);
        assertThatThrownBy(() -> settled.end(2))
                .isInstanceOf(JournalContradiction.class)
                .hasMessageContaining("ends at record 1, and should at 2");
    }

    /** No disk and no snapshot explains it: somebody else has written, or the store has forgotten. */
    @Test
    void aHoleIsAContradiction() {
        watch.record(1);
        assertThatThrownBy(() -> watch.record(3))
                .isInstanceOf(JournalContradiction.class)
                .hasMessageContaining("record 3 behind 1");
    }
}
