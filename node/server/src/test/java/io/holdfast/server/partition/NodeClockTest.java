package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.membership.IncidentLog;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeClockTest {
    private static final long OWN = 1_700_000_600_000L;
    private static final long WRONG_BY = 600_000;

    private long seconds = 1;
    private final IncidentLog incidents = new IncidentLog(() -> OWN);
    private final NodeClock clock = new NodeClock("a", incidents, () -> OWN, () -> TimeUnit.SECONDS.toNanos(seconds));

    @Test
    void itsOwnClockCountsWhileNobodyFindsItWrong() {
        clock.found(0);

        assertThat(clock.wallMillis()).isEqualTo(OWN);
        assertThat(incidents.all()).isEmpty();
    }

    @Test
    void aClockFoundWrongIsCorrectedAndReportedOnce() {
        clock.found(-WRONG_BY);
        clock.found(-WRONG_BY + 1);
        clock.found(0); // Of a replica that follows.

        assertThat(clock.wallMillis()).isEqualTo(OWN - WRONG_BY + 1);
        assertThat(incidents.all()).singleElement().satisfies(incident -> {
            assertThat(incident.faultClass()).isEqualTo("clock-wrong");
            assertThat(incident.evidence()).contains("600 s ahead of that of most sites");
            assertThat(incident.recoveredMillis()).isEmpty();
        });
    }

    @Test
    void whenNobodyFindsItWrongForAWhileItCountsAgain() {
        clock.found(WRONG_BY);
        seconds += 11;
        clock.found(0);

        assertThat(clock.wallMillis()).isEqualTo(OWN);
        assertThat(incidents.all()).singleElement().satisfies(incident -> assertThat(incident.recoveredMillis())
                .isPresent());
    }
}
