package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
        return JournalKind.rocksdb(dir);
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
