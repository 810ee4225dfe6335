package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.membership.IncidentLog;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeClockTest {
    private static final long TRUE = 1_700_000_000_000L;
    private static final long WRONG_BY = 600_000;

    private long seconds = 1;
    private long wrongBy = WRONG_BY;
    private final IncidentLog incidents = new IncidentLog(() -> TRUE);
    private final NodeClock clock = new NodeClock(
            "a", incidents, () -> TRUE + seconds * 1000 + wrongBy, () -> TimeUnit.SECONDS.toNanos(seconds));

    private void found(long correctionMillis) {
        clock.found(OptionalLong.of(correctionMillis), true);
    }

    private long ahead() {
        return clock.wallMillis() - TRUE - seconds * 1000;
    }

    @Test
    void itsOwnClockCountsWhileNobodyFindsItWrong() {
        found(0);
        clock.found(OptionalLong.empty(), false);

        assertThat(ahead()).isEqualTo(WRONG_BY);
        assertThat(incidents.all()).isEmpty();
    }

    @Test
    void aClockFoundWrongIsCorrectedAndReportedOnce() {
        found(-WRONG_BY);
        found(-WRONG_BY);
        clock.found(OptionalLong.empty(), false); // Of a replica that follows.

        assertThat(ahead()).isZero();
        assertThat(incidents.all()).singleElement().satisfies(incident -> {
            assertThat(incident.faultClass()).isEqualTo("clock-wrong");
            assertThat(incident.evidence()).contains("600 s ahead of that of most sites");
            assertThat(incident.recoveredMillis()).isEmpty();
        });
    }

    @Test
    void settingTheClockDoesNotMoveTheTimeOfRequests() {
        found(-WRONG_BY);
        wrongBy = 0;
        assertThat(ahead()).isZero();

        found(0);
        assertThat(ahead()).isZero();
        seconds += 11;
        found(0);
        assertThat(incidents.all()).singleElement().satisfies(incident -> assertThat(incident.recoveredMillis())
                .isPresent());
    }

    @Test
    void aFindingThatNobodyRepeatsCountsForAWhile() {
        found(-WRONG_BY);
        seconds += 10;
        clock.found(OptionalLong.empty(), false);
        assertThat(ahead()).isZero();

        seconds += 1;
        clock.found(OptionalLong.empty(), false);
        assertThat(ahead()).isEqualTo(WRONG_BY);
    }

    @Test
    void whatASilentLeaderOnceHeardCountsOnlyWhileNobodyKnowsBetter() {
        found(0);
        clock.found(OptionalLong.of(-WRONG_BY), false);
        assertThat(ahead()).isEqualTo(WRONG_BY);
        assertThat(incidents.all()).isEmpty();

        seconds += 11;
        clock.found(OptionalLong.of(-WRONG_BY), false);
        assertThat(ahead()).isZero();

        found(0);
        assertThat(ahead()).isEqualTo(WRONG_BY);
    }
}
