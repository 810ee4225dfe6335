package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.TestStorage.await;
import static io.holdfast.persistence.rocksdb.TestStorage.database;
import static io.holdfast.persistence.rocksdb.TestStorage.events;
import static io.holdfast.persistence.rocksdb.TestStorage.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is named; what is only a crash's torn end is not taken for damage. */
class DamageTest {
    @TempDir
    Path dir;

    @Test
    void aDamagedRecordFailsItsReplayAndNamesItselfButNothingElse() {
        try (var database = database(dir)) {
            await(database.append("good", events(1, 3)));
            var bad = events(1, 3);
            bad.get(1).record()[9] ^= 1;
            await(database.append("bad", bad));
            var newer = events(1, 1);
            newer.get(0).record()[0] = 9;
            await(database.append("newer", newer));
            assertThatThrownBy(() -> replay(database, "bad", 1, 3))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("Event 2 of bad")
                    .hasMessageContaining(dir.toString())
                    .hasMessageContaining("CRC32C");
            assertThatThrownBy(() -> replay(database, "newer", 1, 1))
                    .hasMessageContaining("Event 1 of newer")
                    .hasMessageContaining("format version 9");
            assertThat(replay(database, "good", 1, 3)).hasSize(3);
        }
    }

    @Test
    void aTornEndOfTheLogLosesOnlyTheTornWrite() throws Exception {
        writeFiveInFiveCommits();
        Path log = only(".log");
        try (var channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 3);
        }
        try (var database = database(dir)) {
            assertThat(await(database.highestSequenceNr("a"))).isEqualTo(4);
            assertThat(replay(database, "a", 1, 10)).isEqualTo(numbers(1, 4));
        }
    }

    @Test
    void zerosBehindTheLogAsAfterAPowerCutAreNoDamage() throws Exception {
        writeFiveInFiveCommits();
        Files.write(only(".log"), new byte[100_000], StandardOpenOption.APPEND);
        try (var database = database(dir)) {
            assertThat(await(database.highestSequenceNr("a"))).isEqualTo(5);
            assertThat(replay(database, "a", 1, 10)).isEqualTo(numbers(1, 5));
        }
    }

    @Test
    void damageInTheMiddleOfTheLogIsAnErrorThatNamesTheFile() throws Exception {
        writeFiveInFiveCommits();
        Path log = only(".log");
        flip(log, Files.size(log) / 2);
        expectCorrupt(log);
    }

    @Test
    void aMissingLogFileIsAnError() throws Exception {
        var settings = TestStorage.settings(
                dir, TestStorage.JOURNAL + ".write-buffer = 64 KiB", TestStorage.JOURNAL + ".write-buffers = 8");
        try (var database = new JournalDatabase(settings, java.time.Clock.systemUTC(), BatchCommit.TO_DISK)) {
            for (int n = 0; n < 40; n++) {
                await(database.append("a", events(n * 100 + 1, n * 100 + 100)));
            }
        }
        List<Path> logs = files(".log");
        assertThat(logs).as("a log that its successor closed").hasSizeGreaterThan(1);
        Files.delete(logs.get(0));
        try (var database = database(dir)) {
            assertThatThrownBy(() -> await(database.highestSequenceNr("a")))
                    .hasMessageContaining(logs.get(0).toString());
        }
    }

    @Test
    void aDamagedTableIsAnErrorThatNamesTheFile() throws Exception {
        writeFiveInFiveCommits();
        openAndClose();
        Path table = files(".sst").get(0);
        flip(table, Files.size(table) - 10);
        expectCorrupt(table);
    }

    @Test
    void aDamagedBlockIsAnErrorThatNamesTheFileWhenItIsRead() throws Exception {
        writeFiveInFiveCommits();
        openAndClose();
        for (Path table : files(".sst")) {
            flip(table, 20);
        }
        try (var database = database(dir)) {
            assertThatThrownBy(() -> await(database.highestSequenceNr("a")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(".sst");
        }
    }

    @Test
    void aMissingCurrentFileIsNotTakenForANewDatabase() throws Exception {
        writeFiveInFiveCommits();
        Path current = dir.resolve("journal").resolve("CURRENT");
        Files.delete(current);
        expectCorrupt(current);
    }

    /** Opening writes what the log holds into a table. It happens on another thread, which a read waits for. */
    private void openAndClose() {
        try (var database = database(dir)) {
            await(database.highestSequenceNr("a"));
        }
    }

    private void writeFiveInFiveCommits() {
        try (var database = database(dir)) {
            for (int n = 1; n <= 5; n++) {
                await(database.append("a", events(n, n)));
            }
        }
    }

    private void expectCorrupt(Path file) {
        try (var database = database(dir)) {
            assertThatThrownBy(() -> await(database.highestSequenceNr("a")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(dir.toString())
                    .hasMessageContaining(file.getFileName().toString())
                    .hasMessageContaining("corrupt");
            assertThat(database.health().current().state()).isEqualTo(StorageHealth.State.CORRUPT);
            assertThat(database.health().current().message()).contains("Then move the directory away");
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x55)).rewind();
            channel.write(one, at);
        }
    }

    private Path only(String suffix) {
        return files(suffix).stream()
                .filter(file -> file.toFile().length() > 0)
                .reduce((a, b) -> {
                    throw new IllegalStateException("more than one: " + a + ", " + b);
                })
                .orElseThrow();
    }

    private List<Path> files(String suffix) {
        try (var files = Files.list(dir.resolve("journal"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
