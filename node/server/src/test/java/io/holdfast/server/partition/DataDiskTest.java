package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.raft.Input;
import io.holdfast.server.membership.IncidentLog;
import org.junit.jupiter.api.Test;

class DataDiskTest {
    private final IncidentLog incidents = new IncidentLog(() -> 7);
    private long nanos = 1_000_000_000_000L;
    private int reclaims;
    private final DataDisk disk = new DataDisk("a", 1_000, free -> reclaims++, () -> nanos, incidents);
    private final DataMemory memory = new DataMemory("a", 1_000, incidents);
    private final DataMemory.Share share = memory.share();
    private final DataRoom room = new DataRoom(1L << 30, memory, disk);

    @Test
    void whatIsNotKnownIsNotLow() {
        assertThat(disk.low()).isFalse();
        assertThat(disk.freeBytes()).isEmpty();
        assertThat(DataDisk.unwatched().low()).isFalse();
    }

    @Test
    void itIsLowBelowTheReserve() {
        disk.found(1_000);
        assertThat(disk.low()).isFalse();

        disk.found(999);

        assertThat(disk.low()).isTrue();
        assertThat(disk.freeBytes()).hasValue(999);
        assertThat(incidents.all()).singleElement().satisfies(incident -> {
            assertThat(incident.faultClass()).isEqualTo("disk-low");
            assertThat(incident.recoveredMillis()).isEmpty();
        });
    }

    @Test
    void itHasRoomAgainALittleAboveTheReserve() {
        disk.found(1);
        disk.found(1_249);
        assertThat(disk.low()).isTrue();

        disk.found(1_250);

        assertThat(disk.low()).isFalse();
        assertThat(incidents.all()).singleElement().satisfies(incident -> assertThat(incident.recoveredMillis())
                .contains(7L));
    }

    @Test
    void whatWasDeletedIsGivenBackBeforeItIsLow() {
        disk.giveBack();
        disk.found(2_000);
        disk.giveBack();
        assertThat(reclaims).isZero();

        disk.found(1_999);
        disk.giveBack();

        assertThat(disk.low()).isFalse();
        assertThat(reclaims).isEqualTo(1);
    }

    @Test
    void aJournalThatCannotGiveBackIsAskedAgain() {
        var failing = new DataDisk(
                "a",
                1_000,
                free -> {
                    reclaims++;
                    throw new IllegalStateException("not available, " + free + " bytes free");
                },
                () -> nanos,
                incidents);
        failing.found(1);
        failing.giveBack();
        failing.giveBack();
        assertThat(reclaims).isEqualTo(2);
        assertThat(failing.low()).isTrue();
    }

    @Test
    void snapshotsToFreeItTakeTurns() {
        var low = new DataDisk("a", 1L << 30, free -> reclaims++, () -> nanos, incidents);
        assertThat(low.maySnapshot(0)).as("there is room").isFalse();
        low.found(200L << 20);
        assertThat(low.maySnapshot(69L << 20)).as("no room for two of them").isFalse();
        assertThat(low.maySnapshot(40L << 20)).isTrue();
        nanos += 2_048_000_000L;
        assertThat(low.maySnapshot(0))
                .as("the one before may still be under way")
                .isFalse();
        nanos += 100_000_000L;
        assertThat(low.maySnapshot(0)).isTrue();
    }

    @Test
    void aDiskThatDoesNotTellAnyMoreIsNotLow() {
        disk.found(1);
        disk.found(Long.MAX_VALUE);
        assertThat(disk.low()).isFalse();
        assertThat(disk.freeBytes()).isEmpty();
        assertThat(incidents.all())
                .allMatch(incident -> incident.recoveredMillis().isPresent());
    }

    @Test
    void aNodeIsFullIfItsMemoryOrItsDiskIs() {
        assertThat(room.full()).isFalse();
        disk.found(1);
        assertThat(room.full()).isTrue();
        share.set(2_000);
        disk.found(5_000);
        assertThat(room.full()).isTrue();
        share.set(0);
        assertThat(room.full()).isFalse();
    }

    @Test
    void whatReplicasAreToldIsTheSameObjectUntilItChanges() {
        Input.Room known = room.state();
        share.set(10);
        disk.found(5_000);
        assertThat(room.state()).isSameAs(known).isEqualTo(new Input.Room(false, 125));

        disk.found(1);
        assertThat(room.state()).isEqualTo(new Input.Room(true, 125));
        memory.share();
        assertThat(room.state()).isEqualTo(new Input.Room(true, 62));
    }
}
