package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.membership.IncidentLog;
import org.junit.jupiter.api.Test;

class DataMemoryTest {
    private final IncidentLog incidents = new IncidentLog(() -> 7);
    private final DataMemory memory = new DataMemory("a", 1_000, incidents);
    private final DataMemory.Share one = memory.share();
    private final DataMemory.Share other = memory.share();

    @Test
    void itIsFullWhenAllSharesTogetherAreBeyondTheLimit() {
        one.set(600);
        other.set(400);
        assertThat(memory.full()).isFalse();

        other.set(401);

        assertThat(memory.full()).isTrue();
        assertThat(memory.usedBytes()).isEqualTo(1_001);
        assertThat(incidents.all()).singleElement().satisfies(incident -> {
            assertThat(incident.faultClass()).isEqualTo("memory-full");
            assertThat(incident.recoveredMillis()).isEmpty();
        });
    }

    @Test
    void itHasRoomAgainALittleBelowTheLimit() {
        one.set(1_001);
        one.set(970);
        assertThat(memory.full()).isTrue();

        one.set(969);

        assertThat(memory.full()).isFalse();
        assertThat(incidents.all()).singleElement().satisfies(incident -> assertThat(incident.recoveredMillis())
                .contains(7L));
    }

    @Test
    void aReplicaThatLeavesTakesNothingAnyMore() {
        one.set(900);
        other.set(900);
        one.end();
        one.end();

        assertThat(memory.usedBytes()).isEqualTo(900);
        assertThat(memory.full()).isFalse();
    }

    @Test
    void allLogsTogetherMayTakeAnEighth() {
        assertThat(memory.logTailBytes()).isEqualTo(62);

        one.end();

        assertThat(memory.logTailBytes()).isEqualTo(125);
    }

    @Test
    void theNodeItselfKeepsSomeOfTheHeap() {
        assertThat(DataMemory.limitOf(896L << 20, 0.5)).isEqualTo(400L << 20);
        assertThat(DataMemory.limitOf(64L << 20, 0.5)).as("also of a tiny one").isEqualTo(16L << 20);
    }
}
