package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.rocksdb.FailingCommits;
import io.holdfast.server.Disks;
import io.holdfast.server.membership.IncidentLog.Incident;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreeReplicasTest extends ThreeReplicas {
    @TempDir
    Path dir;

    @Override
    JournalKind journals() {
        return site ->
                FailingCommits.CONFIG.withFallback(JournalKind.rocksdb(dir).of(site));
    }

    /** What is known of a failed commit is nothing: its replica gives up the lead, and begins anew when the disk is well. */
    @Test
    void aLeaderWhoseDiskTakesNothingHandsOverAndCountsAgainWhenItDoes() {
        write(1, "key", "1");
        String failing = group.awaitLeader();
        FailingCommits.Disk disk = FailingCommits.of(group.system(failing));
        disk.fail(true);
        write(2, "key", "2");
        await().atMost(PATIENCE).until(() -> !group.awaitLeader().equals(failing));
        assertThat(read("key")).isEqualTo("2");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(incidents(failing))
                .extracting(Incident::faultClass)
                .contains("replica-failed"));
        assertThat(group.ended(failing)).isFalse();

        disk.fail(false);
        awaitCaughtUp(failing);
        String third = group.sites().stream()
                .filter(site -> !site.equals(failing) && !site.equals(group.awaitLeader()))
                .findFirst()
                .orElseThrow();
        group.kill(third);
        // Its acknowledgement is the majority's now.
        write(3, "key", "3");
        assertThat(read("key")).isEqualTo("3");
    }

    @Test
    void goesOnWithoutSnapshotsUntilTheyCanBeSavedAgain() throws IOException {
        write(1, "key", "1");
        String leader = group.awaitLeader();
        Path snapshots = dir.resolve(leader).resolve("snapshots");
        Disks.wipe(snapshots);
        Files.createFile(snapshots);

        long sequence =
                writeUntil(2, leader, incident -> incident.recoveredMillis().isEmpty());

        assertThat(group.awaitLeader()).as("its journal is sound").isEqualTo(leader);
        assertThat(incidents(leader)).hasSize(1);

        Files.delete(snapshots);
        Files.createDirectories(snapshots);
        writeUntil(sequence, leader, incident -> incident.recoveredMillis().isPresent());
        assertThat(incidents(leader)).hasSize(1);
    }

    private List<Incident> incidents(String site) {
        return group.incidents(site).all();
    }

    /** Writes until there is such an incident of a snapshot: the journal must outgrow what the partition's history holds. */
    private long writeUntil(long from, String site, Predicate<Incident> expected) {
        String large = "x".repeat(100_000);
        var sequence = new AtomicLong(from);
        await().atMost(PATIENCE).until(() -> {
            write(sequence.getAndIncrement(), "key", large + sequence);
            return incidents(site).stream()
                    .filter(incident -> incident.faultClass().equals("snapshot-failed"))
                    .anyMatch(expected);
        });
        return sequence.get();
    }
}
