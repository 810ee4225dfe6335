package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.SerializedObject;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotDirectoryTest {
    /** Linux takes paths of less than 4096 characters, of names of at most 255. */
    private static final int LONG_PATH = 3790;

    private static final String LONG_NAME = "x".repeat(255);

    private static final Duration SELDOM = Duration.ofHours(1);
    private static final Duration OFTEN = Duration.ofMillis(10);

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
        DiskSync disk = directory -> {
            if (broken.contains(directory)) {
                throw new IOException("broken");
            }
            synced.add(directory);
        };
        try (var files = new SnapshotDirectory(root, Clock.systemUTC(), disk, SELDOM)) {
            files.open();
            assertThat(synced).as("what was created has its names").containsSubsequence(dir, dir.resolve("new"));
            broken.add(home);
            assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
        }
        assertThat(home.resolve("0000000000000000001.snapshot"))
                .as("it is there, for now")
                .exists();
        synced.clear();
        try (var files = new SnapshotDirectory(root, Clock.systemUTC(), disk, SELDOM)) {
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
    void aSnapshotGetsItsNameOnlyWhenItsContentIsOnDisk() throws IOException {
        Path snapshot = dir.resolve("id-a/0000000000000000001.snapshot");
        var broken = new AtomicBoolean(true);
        var sizes = new ArrayList<Long>();
        var disk = new DiskSync() {
            @Override
            public void sync(Path directory) {}

            @Override
            public void syncContent(Path file, FileChannel written) throws IOException {
                assertThat(snapshot).doesNotExist();
                sizes.add(Files.size(file));
                if (broken.get()) {
                    throw new IOException("broken");
                }
            }
        };
        try (var files = new SnapshotDirectory(dir, Clock.systemUTC(), disk, SELDOM)) {
            assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
            assertThat(snapshot).doesNotExist();
            broken.set(false);
            save(files, 1);
            assertThat(snapshot).isRegularFile();
            assertThat(sizes).as("all was written").containsExactly(Files.size(snapshot), Files.size(snapshot));
        }
    }

    /** There is no asking the disk; but whoever asks a closed file for its sync hears of it. */
    @Test
    void contentIsReallySynced() throws IOException {
        Path file = Files.createFile(dir.resolve("f"));
        FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE);
        DiskSync.TO_DISK.syncContent(file, written);
        written.close();
        assertThatThrownBy(() -> DiskSync.TO_DISK.syncContent(file, written))
                .isInstanceOf(ClosedChannelException.class);
    }

    /** In some languages the default locale has digits of its own, which no name was ever written with before. */
    @Test
    void aSnapshotIsFoundWhateverLanguageTheMachineSpeaks() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        try (var files = new SnapshotDirectory(dir, Clock.systemUTC())) {
            save(files, 12);
            assertThat(dir.resolve("id-a/0000000000000000012.snapshot")).exists();
            assertThat(files.load("a", SnapshotSelectionCriteria.latest()))
                    .hasValueSatisfying(
                            found -> assertThat(found.header().sequenceNr()).isEqualTo(12));
            files.delete("a", SnapshotSelectionCriteria.latest());
            assertThat(files.load("a", SnapshotSelectionCriteria.latest())).isEmpty();
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aSaveIsNotConfirmedBeforeTheNameOfItsDirectoryIsOnDisk() throws IOException {
        var broken = new HashSet<Path>();
        DiskSync disk = directory -> {
            if (broken.contains(directory)) {
                throw new IOException("broken");
            }
        };
        try (var files = new SnapshotDirectory(dir, Clock.systemUTC(), disk, SELDOM)) {
            files.open();
            broken.add(dir);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
            }
            broken.clear();
            save(files, 1);
        }
    }

    @Test
    void afterAFailedSaveItIsWellAgainOnceTheDiskIsThoughNothingIsSaved() throws IOException {
        var broken = new AtomicBoolean(true);
        var tried = new AtomicInteger();
        DiskSync disk = directory -> {
            if (broken.get() && directory.endsWith("id-a")) {
                tried.incrementAndGet();
                throw new IOException("broken");
            }
        };
        try (var files = new SnapshotDirectory(dir, Clock.systemUTC(), disk, OFTEN)) {
            assertThatThrownBy(() -> save(files, 1)).hasMessageContaining("did not take snapshot 1 of a");
            await().until(() -> tried.get() > 3);
            assertThat(files.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
            assertThat(files.health().current().message())
                    .contains("would not take it now")
                    .contains("broken");
            broken.set(false);
            await().until(() -> files.health().current().ok());
        }
        try (Stream<Path> left = Files.list(dir.resolve("id-a"))) {
            assertThat(left).as("snapshots that are whole").allMatch(it -> it.toString()
                    .endsWith(".snapshot"));
        }
    }

    @Test
    void aDirectoryThatDidNotOpenDoesSoByItself() throws IOException {
        Path inTheWay = Files.createFile(dir.resolve("s"));
        try (var files = new SnapshotDirectory(inTheWay, Clock.systemUTC(), DiskSync.TO_DISK, OFTEN)) {
            files.openOrReport();
            assertThat(files.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
            Files.delete(inTheWay);
            await().until(() -> files.health().current().ok());
        }
    }

    @Test
    void roomForTheSnapshotThatFailedIsWaitedFor() throws IOException {
        UnfinishedFile.tryOut(dir, 1);
        assertThatThrownBy(() -> UnfinishedFile.tryOut(dir, 1L << 60)).hasMessageContaining("bytes are free");
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).isEmpty();
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
