package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.core.Bytes;
import io.holdfast.core.InvariantViolation;
import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RecoveredLog;
import io.holdfast.core.store.CommandBatch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final SiteId A = new SiteId("a");

    private final Settings settings = new Settings("a", "b", "c");
    private final Cluster commands = Cluster.of("a");

    private Recovery recovery(long logTailBytes) {
        settings.maxAppendBytes = 1;
        return new Recovery(settings.config(A), new Input.Room(false, logTailBytes), settings.genesis(), 1);
    }

    private Entry put(long index, long timestamp) {
        Bytes payload = CommandBatch.encode(List.of(commands.put("k" + index, "v".repeat(100))));
        return new Entry(1, index, timestamp, Entry.Kind.COMMANDS, payload);
    }

    private static LogWrite write(long commitIndex, Entry... entries) {
        return new LogWrite(0, Optional.empty(), OptionalLong.empty(), List.of(entries), commitIndex);
    }

    @Test
    void keepsTheEndOfTheLogAndHasAppliedAllThatIsCommitted() {
        Recovery recovery = recovery(400);
        for (long index = 1; index <= 20; index++) {
            recovery.replay(write(index - 1, put(index, index << 16)));
        }

        RecoveredLog log = recovery.log();

        assertThat(recovery.store().keys()).isEqualTo(19);
        assertThat(log.commitIndex()).isEqualTo(19);
        assertThat(log.baseIndex()).isEqualTo(log.entries().get(0).index() - 1).isGreaterThan(10);
        assertThat(log.entries().get(log.entries().size() - 1).index()).isEqualTo(20);
        assertThat(log.baseTerm()).isEqualTo(1);
        assertThat(recovery.bytes()).as("the whole journal").isGreaterThan(20 * 100);
    }

    /** What comes first may be nothing for the log, which learns in its first step only what the store holds already. */
    @Test
    void noSnapshotIsSavedBeforeTheLogHasTakenAStep() {
        Recovery recovery = recovery(1 << 20);
        for (long index = 1; index <= 20; index++) {
            recovery.replay(write(index - 1, put(index, index << 16)));
        }
        recovery.saveSoon();
        var now = new Now(1, Cluster.EPOCH_MILLIS);
        var core = new PartitionCore(settings.config(A), recovery, new SplittableRandom(1), now);

        assertThat(core.step(now, new PartitionInput.FreeDisk()).snapshot()).isEmpty();
        assertThat(core.step(now, new PartitionInput.ToRaft(new Input.Tick())).snapshot())
                .isPresent();
    }

    @Test
    void anAdmissionThatIsForgottenStaysInTheMembership() {
        Bytes payload = Membership.encodeAdmission(new SiteId("c"), 77);
        Recovery recovery = recovery(0);
        recovery.replay(write(0, new Entry(1, 1, 0, Entry.Kind.ADMIT, payload)));
        assertThat(recovery.log().membership()).as("not committed").isEqualTo(settings.genesis());

        recovery.replay(write(2, put(2, 2 << 16)));

        assertThat(recovery.log().baseIndex()).isEqualTo(2);
        assertThat(recovery.log().membership().isVoter(new SiteId("c"), 77)).isTrue();
    }

    @Test
    void itIsTheJournalThatIsBrokenWhereRecordsDoNotFit() {
        Recovery recovery = recovery(1_000);
        recovery.replay(write(1, put(1, 1 << 16)));

        assertThatExceptionOfType(JournalContradiction.class)
                .isThrownBy(() -> recovery.replay(write(1, put(3, 3 << 16))));
        assertThatExceptionOfType(JournalContradiction.class)
                .isThrownBy(() -> recovery.replay(write(1, new Entry(0, 2, 0, Entry.Kind.NOOP, Bytes.EMPTY))));
        var truncates = new LogWrite(0, Optional.empty(), OptionalLong.of(1), List.of(), 1);
        assertThatExceptionOfType(JournalContradiction.class).isThrownBy(() -> recovery.replay(truncates));
    }

    @Test
    void itIsARuleThatIsBrokenWhereWhatIsCommittedCannotBeApplied() {
        Recovery recovery = recovery(1_000);
        recovery.replay(write(1, put(1, 9 << 16)));

        assertThatExceptionOfType(InvariantViolation.class)
                .isThrownBy(() -> recovery.replay(write(2, put(2, 8 << 16))));
    }

    @Test
    void keepsNothingOnceItsReplicaHasTakenOver() {
        Recovery recovery = recovery(1_000);
        recovery.replay(write(1, put(1, 1 << 16), put(2, 2 << 16)));

        recovery.taken();

        assertThat(recovery.store().keys()).isZero();
        assertThat(recovery.log().entries()).isEmpty();
    }
}
