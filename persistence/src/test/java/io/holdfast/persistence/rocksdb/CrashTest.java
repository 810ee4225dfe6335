package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.TestStorage.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class CrashTest {
    private static final int KILLS = 4;

    @TempDir
    Path dir;

    @Test
    void killNineInTheMiddleOfWritesLosesNothingConfirmed() throws Exception {
        var confirmed = new HashMap<String, Long>();
        for (int kill = 0; kill < KILLS; kill++) {
            writeAndKill(300 + 200 * kill, confirmed);
            check(confirmed);
        }
        assertThat(confirmed).hasSizeGreaterThan(8);
    }

    private void writeAndKill(int lines, Map<String, Long> confirmed) throws Exception {
        Process child = ChildProcess.start("write", dir);
        try (var output = child.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            int seen = 0;
            // What was printed before the kill counts too, but for a last line that was cut: it lacks its full stop.
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String[] words = line.split(" ");
                if (words.length == 4 && words[3].equals(".")) {
                    confirmed.merge(words[0] + " " + words[1], Long.parseLong(words[2]), Math::max);
                }
                if (++seen == lines) {
                    // Process.destroyForcibly would also close the pipe and lose what it still holds.
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private void check(Map<String, Long> confirmed) throws Exception {
        try (var database = TestStorage.database(dir)) {
            for (int i = 0; i < 8; i++) {
                String id = "id-" + i;
                long highest = await(database.highestSequenceNr(id));
                assertThat(highest).isGreaterThanOrEqualTo(confirmed.getOrDefault("event " + id, 0L));
                assertThat(highest % 3).as("writes of three are atomic").isZero();
                List<Long> replayed = TestStorage.replay(database, id, 0, Long.MAX_VALUE);
                long first = replayed.isEmpty() ? highest + 1 : replayed.get(0);
                assertThat(replayed)
                        .isEqualTo(
                                LongStream.rangeClosed(first, highest).boxed().toList());
                long deleted = confirmed.getOrDefault("deleted " + id, 0L);
                assertThat(first).isGreaterThan(deleted).isLessThanOrEqualTo(Math.max(deleted, highest - 50) + 1);
            }
        }
        try (var snapshots = new SnapshotDirectory(dir.resolve("snapshots"), Clock.systemUTC())) {
            for (int n = 0; n < 3; n++) {
                var criteria = SnapshotSelectionCriteria.create(n, Long.MAX_VALUE, n, 0);
                snapshots.load("s", criteria).ifPresent(loaded -> assertThat(
                                loaded.content().bytes())
                        .hasSize(300_000));
            }
            long newest = LongStream.range(0, 3)
                    .mapToObj(n -> snapshots.load("s", SnapshotSelectionCriteria.create(n, Long.MAX_VALUE, n, 0)))
                    .flatMap(java.util.Optional::stream)
                    .mapToLong(loaded -> loaded.header().timestamp())
                    .max()
                    .orElse(0);
            assertThat(newest).isGreaterThanOrEqualTo(confirmed.getOrDefault("snapshot s", 0L));
        }
        try (var files = Files.walk(dir.resolve("snapshots"))) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".unfinished"));
        }
    }

    @Test
    void aDirectoryInUseByAnotherProcessIsRefusedAndTakenOnceThatIsGone() throws Exception {
        Process holder = ChildProcess.start("hold", dir);
        try (var output = holder.inputReader();
                var database = holdUntilReady(output)) {
            await().until(() -> database.health().current().state() == StorageHealth.State.FAILED);
            assertThat(database.health().current().message())
                    .contains("locked by another process")
                    .contains(dir.resolve("journal").toString());
            var snapshots = new SnapshotDirectory(dir.resolve("snapshots"), Clock.systemUTC());
            assertThatThrownBy(snapshots::open)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("locked by another process")
                    .hasMessageContaining(dir.toString());
            assertThat(snapshots.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
            assertThat(holder.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
            await().until(() -> database.health().current().ok());
            await(database.append("a", TestStorage.events(1, 1)));
            snapshots.open();
            assertThat(snapshots.health().current().ok()).isTrue();
            snapshots.close();
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    private JournalDatabase holdUntilReady(java.io.BufferedReader output) throws Exception {
        assertThat(output.readLine()).isEqualTo("ready");
        return TestStorage.database(dir);
    }
}
