package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotContractTest {
    private static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

    @TempDir
    Path dir;

    private ActorSystem system;
    private PluginProbe probe;
    private SnapshotDirectory files;

    @BeforeEach
    void start() {
        system = ActorSystem.create("snapshots", TestStorage.config(dir, dir));
        probe = new PluginProbe(system);
        files = RocksStorage.get(system).snapshots(dir.resolve("snapshots"));
        files.open();
    }

    @AfterEach
    void stop() {
        TestStorage.stop(system);
    }

    /** Straight to the files, because Pekko's protocol sets the timestamps itself. */
    private void put(String id, long sequenceNr, long timestamp, String state) {
        var content = new PayloadCodec(system).serialize(state);
        files.save(
                SnapshotFile.describe(sequenceNr, timestamp, id, java.util.Optional.empty(), content), content.bytes());
    }

    @Test
    void selectsTheNewestWithinBothBoundsOfNumberAndTime() {
        for (int n = 1; n <= 5; n++) {
            put("shop/7", n * 10, n * 100, "s" + n);
        }
        put("shop/70", 99, 999, "other");
        assertThat(state("shop/7", LATEST)).isEqualTo("s5");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(30, Long.MAX_VALUE)))
                .isEqualTo("s3");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(39, Long.MAX_VALUE)))
                .isEqualTo("s3");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(Long.MAX_VALUE, 299)))
                .isEqualTo("s2");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(50, 400, 40, 400)))
                .isEqualTo("s4");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(Long.MAX_VALUE, Long.MAX_VALUE, 51, 0)))
                .isEqualTo("nothing");
        assertThat(state("shop/7", SnapshotSelectionCriteria.create(9, Long.MAX_VALUE)))
                .isEqualTo("nothing");
        assertThat(state("shop", LATEST)).isEqualTo("nothing");
    }

    @Test
    void deletesExactlyWhatMatches() {
        for (int n = 1; n <= 5; n++) {
            put("a", n, n * 100, "s" + n);
        }
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots("a", SnapshotSelectionCriteria.create(4, 299)));
        assertThat(state("a", SnapshotSelectionCriteria.create(2, Long.MAX_VALUE)))
                .isEqualTo("nothing");
        assertThat(state("a", SnapshotSelectionCriteria.create(3, Long.MAX_VALUE)))
                .isEqualTo("s3");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshot(SnapshotMetadata.apply("a", 5)));
        assertThat(state("a", LATEST)).isEqualTo("s4");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshot(SnapshotMetadata.apply("a", 4, 399)));
        assertThat(state("a", LATEST)).as("another timestamp").isEqualTo("s4");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots("a", LATEST));
        assertThat(state("a", LATEST)).isEqualTo("nothing");
    }

    @Test
    void aNewerSaveReplacesAndAFailedOneLeavesTheOldOne() {
        probe.save(SnapshotMetadata.apply("a", 5), "first");
        assertThat(probe.save(SnapshotMetadata.apply("a", 5).withMetadata("meta"), "second"))
                .isInstanceOf(SaveSnapshotSuccess.class);
        assertThat(state("a", LATEST)).isEqualTo("second");
        assertThat(probe.load("a", LATEST).metadata().metadata().get()).isEqualTo("meta");
        assertThat(probe.save(SnapshotMetadata.apply("a", 5), new Object())).isInstanceOf(SaveSnapshotFailure.class);
        assertThat(state("a", LATEST)).isEqualTo("second");
    }

    @Test
    void largeSnapshotsAndOddIdsComeBack() {
        byte[] large = new byte[40 << 20];
        Arrays.fill(large, (byte) 7);
        large[large.length - 1] = 8;
        assertThat(probe.save(SnapshotMetadata.apply("a", 1), large)).isInstanceOf(SaveSnapshotSuccess.class);
        assertThat((byte[]) probe.load("a", LATEST).snapshot()).isEqualTo(large);
        for (String id :
                new String[] {"..", ".", "x/../y", "ü€", "long-" + "x".repeat(1000), "long-" + "x".repeat(1001)}) {
            probe.save(SnapshotMetadata.apply(id, 1), id);
            assertThat(state(id, LATEST)).isEqualTo(id);
        }
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

    private Object state(String id, SnapshotSelectionCriteria criteria) {
        return probe.load(id, criteria).snapshot();
    }
}
