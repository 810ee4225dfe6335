package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.TestStorage.await;
import static io.holdfast.persistence.rocksdb.TestStorage.events;
import static io.holdfast.persistence.rocksdb.TestStorage.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.persistence.PluginProbe;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class FullDiskTest {
    @TempDir
    Path dir;

    @Test
    void afterAFailedCommitWritesFailUntilTheDatabaseIsOpenAgainAndNothingConfirmedIsLost() {
        var full = new AtomicBoolean();
        BatchCommit disk = (engine, batch) -> {
            if (full.get()) {
                throw new RocksDBException("IO error: No space left on device: While appending");
            }
            engine.commit(batch);
        };
        try (var database = TestStorage.database(dir, disk)) {
            var states = new CopyOnWriteArrayList<StorageHealth.State>();
            await(database.append("a", events(1, 3)));
            database.health().subscribe(health -> states.add(health.state()));
            full.set(true);
            assertThatThrownBy(() -> await(database.append("a", events(4, 4))))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(dir.toString())
                    .hasMessageContaining("disk is full");
            full.set(false);
            await().until(() -> database.health().current().ok());
            assertThat(database.health().current().message()).isEmpty();
            assertThat(await(database.highestSequenceNr("a"))).isEqualTo(3);
            await(database.append("a", events(4, 5)));
            await(database.append("new", events(1, 1)));
            assertThat(replay(database, "a", 1, 10)).hasSize(5);
            assertThat(states).startsWith(StorageHealth.State.OK, StorageHealth.State.FAILED, StorageHealth.State.OK);
        }
        try (var database = TestStorage.database(dir)) {
            assertThat(await(database.highestSequenceNr("new"))).isEqualTo(1);
        }
    }

    @Test
    void itStaysFailedWhileThereIsTooLittleSpace() {
        var fail = new AtomicBoolean(true);
        BatchCommit once = (engine, batch) -> {
            if (fail.getAndSet(false)) {
                throw new RocksDBException("IO error: No space left on device");
            }
            engine.commit(batch);
        };
        var settings = TestStorage.settings(dir, TestStorage.JOURNAL + ".reopen-free-space = 1000000 GiB");
        try (var database = new JournalDatabase(settings, Clock.systemUTC(), once)) {
            assertThatThrownBy(() -> await(database.append("a", events(1, 1)))).hasMessageContaining("disk is full");
            await().until(() -> database.health().current().message().contains("reopen-free-space"));
            assertThatThrownBy(() -> await(database.append("a", events(1, 1))))
                    .hasMessageContaining("not available since");
            assertThat(database.health().current().state()).isEqualTo(StorageHealth.State.FAILED);
        }
    }

    @Test
    void theExtensionTellsItsListeners() {
        ActorSystem system = ActorSystem.create("health", TestStorage.config(dir, dir));
        var heard = new CopyOnWriteArrayList<StorageHealth>();
        Runnable unsubscribe = RocksStorage.get(system).subscribe(heard::add);
        RocksStorage.get(system).subscribe(health -> {
            throw new IllegalStateException("a bad listener");
        });
        new PluginProbe(system);
        await().until(() -> heard.stream().filter(StorageHealth::ok).count() == 2);
        assertThat(RocksStorage.get(system).health())
                .extracting(StorageHealth::place)
                .containsExactlyInAnyOrder(
                        dir.resolve("journal").toString(),
                        dir.resolve("snapshots").toString());
        unsubscribe.run();
        int before = heard.size();
        TestStorage.stop(system);
        assertThat(heard).hasSize(before);
        assertThat(RocksStorage.get(system).health())
                .extracting(StorageHealth::state)
                .containsOnly(StorageHealth.State.CLOSED);
    }

    /** The real thing, where the operating system lets the test mount a small file system. */
    @Test
    void aDiskThatIsReallyFullRecoversWithoutARestart() throws Exception {
        Path mount = Files.createDirectory(dir.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", mount.toString()), "may not mount a tmpfs");
        var settings = TestStorage.settings(
                mount,
                TestStorage.JOURNAL + ".write-buffer = 1 MiB",
                TestStorage.JOURNAL + ".reopen-free-space = 8 MiB");
        try (var database = new JournalDatabase(settings, Clock.systemUTC(), BatchCommit.TO_DISK)) {
            await(database.append("a", large(1)));
            long deleted = 0;
            for (int round = 0; round < 2; round++) {
                Path filler = mount.resolve("filler");
                fill(filler);
                long next = await(database.highestSequenceNr("a")) + 1;
                long confirmed = appendUntilFailure(database, next);
                assertThat(database.health().current().message()).contains(mount.toString());
                Files.delete(filler);
                await().until(() -> database.health().current().ok());
                long highest = await(database.highestSequenceNr("a"));
                assertThat(highest).isGreaterThanOrEqualTo(confirmed);
                await(database.append("a", large(highest + 1)));
                var seen = new ArrayList<Long>();
                database.replay("a", 1, Long.MAX_VALUE, (n, event) -> seen.add(n));
                assertThat(seen).hasSize((int) (highest + 1 - deleted)).endsWith(highest + 1);
                deleted = highest - 3;
                await(database.deleteTo("a", deleted));
            }
        } finally {
            assertThat(run("umount", mount.toString())).isTrue();
        }
    }

    private static long appendUntilFailure(JournalDatabase database, long from) {
        for (long n = from; n < from + 10_000; n++) {
            try {
                await(database.append("a", large(n)));
            } catch (StorageException e) {
                return n - 1;
            }
        }
        throw new AssertionError("the disk never got full");
    }

    private static List<JournalRequest.Event> large(long n) {
        return List.of(new JournalRequest.Event(
                n, TestStorage.event("x".repeat(50_000)).encode(n)));
    }

    private static void fill(Path filler) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[64 << 10];
            while (Files.getFileStore(filler).getUsableSpace() > 4 << 20) {
                out.write(block);
            }
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
