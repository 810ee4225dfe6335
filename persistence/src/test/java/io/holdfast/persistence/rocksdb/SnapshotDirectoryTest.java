package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.persistence.SerializedObject;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotDirectoryTest {
    /** Linux takes paths of less than 4096 characters, of names of at most 255. */
    private static final int LONG_PATH = 3790;

    private static final String LONG_NAME = "x".repeat(255);

    @TempDir
    Path dir;

    @Test
    void whatCannotBeReadInItFailsEachOpeningAndKeepsNothingOpen() throws IOException {
        Path near = Files.createDirectory(dir.resolve("a"));
        Path deep = near;
        while (deep.toString().length() < LONG_PATH) {
            deep = deep.resolve("x".repeat(20));
        }
        Files.createDirectories(deep.resolve("s").resolve(LONG_NAME));
        // Whoever runs the tests may read everything, so the sub-directory is moved to where its path is too long.
        Path far = Files.move(near, dir.resolve(LONG_NAME));
        Path snapshots = far.resolve(near.relativize(deep)).resolve("s");
        try (var files = new SnapshotDirectory(snapshots, Clock.systemUTC())) {
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThatThrownBy(files::open)
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("cannot be opened")
                        .hasMessageContaining("too long")
                        .hasMessageContaining("Check free space, permissions and the disk");
                assertThat(files.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
            }
            assertThat(openFiles()).doesNotContain(snapshots.resolve("LOCK").toString());
        } finally {
            Files.move(far, near);
        }
    }

    @Test
    void aDirectoryThatIsInUseUnderAnotherNameIsRefusedUntilItIsFree() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("s")));
        try (var second = new SnapshotDirectory(link, Clock.systemUTC())) {
            try (var first = new SnapshotDirectory(dir.resolve("s"), Clock.systemUTC())) {
                first.open();
                assertThatThrownBy(second::open).hasMessageContaining("in use in this process already");
                assertThat(second.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
            }
            second.open();
            assertThat(second.health().current().ok()).isTrue();
        }
    }

    @Test
    void aSnapshotIsLoadedOnlyWhenItsNameIsOnDisk() throws IOException {
        Path root = dir.resolve("new/snapshots");
        Path home = root.resolve("id-a");
        var synced = new ArrayList<Path>();
        var broken = new HashSet<Path>();
        DirectorySync disk = directory -> {
            if (broken.contains(directory)) {
                throw new IOException("broken");
            }
            synced.add(directory);
        };
        try (var files = new SnapshotDirectory(root, Clock.systemUTC(), disk)) {
            files.open();
            assertThat(synced).as("what was created has its names").containsSubsequence(dir, dir.resolve("new"));
            broken.add(home);
            assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
        }
        assertThat(home.resolve("0000000000000000001.snapshot"))
                .as("it is there, for now")
                .exists();
        synced.clear();
        try (var files = new SnapshotDirectory(root, Clock.systemUTC(), disk)) {
            assertThatThrownBy(() -> files.load("a", SnapshotSelectionCriteria.latest()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("cannot make sure that the snapshots of a are on disk");
            broken.clear();
            synced.clear();
            assertThat(files.load("a", SnapshotSelectionCriteria.latest())).isPresent();
            assertThat(synced).contains(home, root);
            assertThat(files.load("b", SnapshotSelectionCriteria.latest())).isEmpty();
        }
    }

    @Test
    void aSaveIsNotConfirmedBeforeTheNameOfItsDirectoryIsOnDisk() throws IOException {
        var broken = new HashSet<Path>();
        DirectorySync disk = directory -> {
            if (broken.contains(directory)) {
                throw new IOException("broken");
            }
        };
        try (var files = new SnapshotDirectory(dir, Clock.systemUTC(), disk)) {
            files.open();
            broken.add(dir);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
            }
            broken.clear();
            save(files, 1);
        }
    }

    private static void save(SnapshotDirectory files, long sequenceNr) {
        var content = new SerializedObject(1, "", new byte[10]);
        files.save(SnapshotHeader.describe(sequenceNr, 1, "a", Optional.empty(), content), content.bytes());
    }

    private static List<String> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.flatMap(SnapshotDirectoryTest::target).toList();
        }
    }

    private static Stream<String> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            // It has been closed meanwhile, as that of the listing itself is.
            return Stream.empty();
        }
    }
}
