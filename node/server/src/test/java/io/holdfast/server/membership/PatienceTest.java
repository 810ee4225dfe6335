package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.core.raft.RaftConfig;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.lease.LeaseTimes;
import io.holdfast.server.partition.CoreSettings;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tolerance.patience} reaches all that tells the silent from the slow. */
class PatienceTest {
    private static final HoldfastSettings USUAL = settings(1);
    private static final HoldfastSettings PATIENT = settings(3);

    private static HoldfastSettings settings(int patience) {
        return HoldfastSettings.parse(
                "site { name = a, data-dir = /data }, sites { a { hosts = [a] }, b { hosts = [b] }, c { hosts = [c] } },"
                        + " tolerance.patience = " + patience,
                "test.conf");
    }

    private static Config config(HoldfastSettings settings) {
        return PekkoConfig.of(settings, PekkoConfig.Hosting.SHARED_JVM);
    }

    @Test
    void membershipTakesLongerInAsManyRounds() {
        MembershipTimes usual = MembershipTimes.of(config(USUAL));
        MembershipTimes patient = MembershipTimes.of(config(PATIENT));
        assertThat(patient.probeInterval()).isEqualTo(usual.probeInterval().multipliedBy(3));
        assertThat(patient.answerValidity()).isEqualTo(usual.answerValidity().multipliedBy(3));
        assertThat(patient.promise()).isEqualTo(usual.promise().multipliedBy(3));
        assertThat(patient.missingSiteAfter())
                .isEqualTo(usual.missingSiteAfter().multipliedBy(3));
        assertThat(List.of(
                        patient.stuckRounds(), patient.silentRounds(), patient.strangeRounds(), patient.islandRounds()))
                .isEqualTo(List.of(
                        usual.stuckRounds(), usual.silentRounds(), usual.strangeRounds(), usual.islandRounds()));
    }

    @Test
    void leasesOfASiteLastLonger() {
        LeaseTimes usual = LeaseTimes.of(config(USUAL), 0.05);
        assertThat(LeaseTimes.of(config(PATIENT), 0.05))
                .isEqualTo(new LeaseTimes(
                        usual.lasting().multipliedBy(3),
                        usual.renewInterval().multipliedBy(3),
                        usual.operationTimeout().multipliedBy(3),
                        usual.retryInterval().multipliedBy(3),
                        0.05));
    }

    @Test
    void electionsAndLeadersLeasesTakeLonger() {
        RaftConfig usual = raft(USUAL);
        RaftConfig patient = raft(PATIENT);
        assertThat(patient.electionTimeoutNanos()).isEqualTo(3 * usual.electionTimeoutNanos());
        assertThat(patient.heartbeatNanos()).isEqualTo(3 * usual.heartbeatNanos());
        assertThat(patient.leaseNanos()).isEqualTo(3 * usual.leaseNanos());
        assertThat(patient.imageRetryNanos()).isEqualTo(3 * usual.imageRetryNanos());
        assertThat(Duration.ofNanos(patient.quiesceAfterNanos()))
                .isEqualTo(PATIENT.replication().quiesceAfter());
    }

    private static RaftConfig raft(HoldfastSettings settings) {
        var sites = Directories.sites("a", "b", "c");
        var definition = new KeyspaceDefinition("shop", 1, 1, 1, 1, sites, Directories.membership("a", "b", "c"));
        return CoreSettings.of(settings, definition, new PartitionId("shop", 0)).raft();
    }
}
