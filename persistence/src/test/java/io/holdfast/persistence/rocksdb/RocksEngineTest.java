package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import org.rocksdb.WriteBatch;

class RocksEngineTest {
    @TempDir
    Path dir;

    /** A process that is killed loses nothing that the operating system has taken. Only RocksDB itself can say what it asked the disk for. */
    @Test
    void eachCommitReturnsWithItsLogSyncedToTheDisk() throws RocksDBException {
        try (var counts = new Statistics();
                var engine =
                        RocksEngine.open(TestStorage.settings(dir), true, options -> options.setStatistics(counts))) {
            for (int commit = 0; commit < 5; commit++) {
                long before = counts.getTickerCount(TickerType.WAL_FILE_SYNCED);
                try (var batch = new WriteBatch()) {
                    engine.putEvent(batch, JournalKeys.event(1, commit), new byte[100]);
                    BatchCommit.TO_DISK.commit(engine, batch);
                }
                assertThat(counts.getTickerCount(TickerType.WAL_FILE_SYNCED))
                        .as("syncs of the log by commit %d", commit)
                        .isGreaterThan(before);
            }
        }
    }
}
