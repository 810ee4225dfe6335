package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.persistence.SnapshotContract;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksSnapshotContractTest extends SnapshotContract {
    @TempDir
    Path dir;

    private SnapshotDirectory files;

    @Override
    protected ActorSystem startSystem() {
        ActorSystem started = ActorSystem.create("snapshots", TestStorage.config(dir, dir));
        files = RocksStorage.get(started).snapshots(dir.resolve("snapshots"));
        files.open();
        return started;
    }

    @Override
    protected String id(String name) {
        return name;
    }

    @Override
    protected void store(SnapshotHeader header, byte[] content) {
        files.save(header, content);
    }

    @Test
    void aTornOrDamagedSnapshotFailsTheLoadInsteadOfServingAnOlderOne() throws IOException {
        probe.save(SnapshotMetadata.apply("a", 1), "old");
        probe.save(SnapshotMetadata.apply("a", 2), "new");
        Path newest = dir.resolve("snapshots/id-a/0000000000000000002.snapshot");
        byte[] good = Files.readAllBytes(newest);
        byte[] bad = good.clone();
        bad[bad.length - 1] ^= 1;
        for (byte[] content : new byte[][] {bad, Arrays.copyOf(good, good.length - 1), Arrays.copyOf(good, 3), {}}) {
            Files.write(newest, content);
            assertThatThrownBy(() -> probe.load("a", LATEST))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("Snapshot 2 of a")
                    .hasMessageContaining(newest.toString());
        }
        Files.write(dir.resolve("snapshots/id-a/0000000000000000003.snapshot"), good);
        assertThatThrownBy(() -> probe.load("a", LATEST)).hasMessageContaining("it says that it is snapshot 2");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots("a", LATEST));
        assertThat(state("a", LATEST)).as("damaged files can be deleted").isEqualTo("nothing");
    }

    @Test
    void anUnwritableDirectoryFailsTheSaveAndTheHealthUntilTheNextGoodOne() throws IOException {
        Path inTheWay = Files.writeString(dir.resolve("snapshots/id-a"), "a file where a directory must be");
        Object answer = probe.save(SnapshotMetadata.apply("a", 1), "s");
        assertThat(((SaveSnapshotFailure) answer).cause())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(dir.toString());
        assertThat(files.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
        Files.delete(inTheWay);
        assertThat(probe.save(SnapshotMetadata.apply("a", 1), "s")).isInstanceOf(SaveSnapshotSuccess.class);
        assertThat(files.health().current().ok()).isTrue();
    }

    @Test
    void leftoversOfACrashedSaveAreRemovedAtTheNextStart() throws IOException {
        probe.save(SnapshotMetadata.apply("a", 1), "s");
        Path leftover = Files.writeString(dir.resolve("snapshots/id-a/2-x.unfinished"), "half");
        assertThat(state("a", LATEST)).isEqualTo("s");
        stop();
        start();
        assertThat(leftover).doesNotExist();
        assertThat(state("a", LATEST)).isEqualTo("s");
    }
}
