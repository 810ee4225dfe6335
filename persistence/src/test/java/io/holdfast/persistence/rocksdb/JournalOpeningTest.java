package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.TestStorage.await;
import static io.holdfast.persistence.rocksdb.TestStorage.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** What a journal's files are when they are opened, at first and again. */
class JournalOpeningTest {
    @TempDir
    Path dir;

    @Test
    void aPathWithLockInItIsNoLock() {
        var denied = new RocksDBException("IO error: Permission denied: While opening /data/blocks/journal/000004.log");
        assertThat(RocksErrors.atOpen(dir, denied)).hasMessageNotContaining("another process");
        var locked =
                new RocksDBException("IO error: While lock file: /data/journal/LOCK: Resource temporarily unavailable");
        assertThat(RocksErrors.atOpen(dir, locked)).hasMessageContaining("another process");
    }

    /** Its disk is not mounted any more, and what is there instead is an empty directory. */
    @Test
    void aProcessThatHadItsJournalOpenFoundsNoEmptyOne() throws IOException {
        Path data = dir.resolve("data");
        var fails = new AtomicBoolean();
        BatchCommit disk = (engine, batch) -> {
            if (fails.get()) {
                throw new RocksDBException("IO error: Input/output error: While appending");
            }
            engine.commit(batch);
        };
        try (var database = TestStorage.database(data, disk)) {
            await(database.append("a", events(1, 3)));
            Path journal = database.directory();
            Path away = dir.resolve("away");
            Files.move(journal, away);
            Files.createDirectory(journal);
            fails.set(true);
            assertThatThrownBy(() -> await(database.append("a", events(4, 4)))).hasMessageContaining("Input/output");
            fails.set(false);

            await().untilAsserted(() ->
                    assertThat(database.health().current().message()).contains("another directory"));
            assertThatThrownBy(() -> await(database.highestSequenceNr("a"))).hasMessageContaining("not available");

            Files.move(journal, dir.resolve("mount-point"));
            Files.move(away, journal);
            await().until(() -> database.health().current().ok());
            assertThat(await(database.highestSequenceNr("a"))).isEqualTo(3);
        }
    }
}
