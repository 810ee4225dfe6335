package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.rocksdb.TestStorage.await;
import static io.holdfast.persistence.rocksdb.TestStorage.database;
import static io.holdfast.persistence.rocksdb.TestStorage.events;
import static io.holdfast.persistence.rocksdb.TestStorage.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.StorageHealth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class JournalDatabaseTest {
    @TempDir
    Path dir;

    @Test
    void keepsEventsAndTheHighestNumberOverReopening() {
        try (var database = database(dir)) {
            await(database.append("a", events(1, 10)));
            await(database.append("b", events(1, 3)));
            await(database.deleteTo("b", Long.MAX_VALUE));
            await(database.append("c", events(1, 8)));
            await(database.deleteTo("c", 5));
            await(database.append("c", events(9, 9)));
        }
        try (var database = database(dir)) {
            assertThat(await(database.highestSequenceNr("a"))).isEqualTo(10);
            assertThat(replay(database, "a", 1, Long.MAX_VALUE)).isEqualTo(numbers(1, 10));
            assertThat(await(database.highestSequenceNr("b"))).isEqualTo(3);
            assertThat(replay(database, "b", 0, Long.MAX_VALUE)).isEmpty();
            assertThat(await(database.highestSequenceNr("c"))).isEqualTo(9);
            assertThat(replay(database, "c", 0, Long.MAX_VALUE)).isEqualTo(numbers(6, 9));
            await(database.append("b", events(4, 4)));
            assertThat(replay(database, "b", 0, Long.MAX_VALUE)).containsExactly(4L);
            assertThat(await(database.highestSequenceNr("never seen"))).isZero();
        }
    }

    @Test
    void whatWasDeletedIsGivenBackToTheDiskThoughNothingIsWrittenAnyMore() throws IOException {
        try (var database = database(dir)) {
            writeMuchAndDeleteIt(database);

            database.reclaim(80_000_000);
            assertThat(bytesOnDisk()).as("what is left might not fit").isGreaterThan(30_000_000);
            database.reclaim(1L << 30);

            // Files that nobody needs any more go a moment later.
            await().ignoreExceptions().until(() -> bytesOnDisk() < 4_000_000);
            assertThat(replay(database, "a", 1, Long.MAX_VALUE)).isEqualTo(numbers(59, 60));
        }
        JournalDatabase closed = database(dir);
        closed.close();
        assertThatThrownBy(() -> closed.reclaim(1L << 30))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("not available");
    }

    @Test
    void whatWasDeletedIsGivenBackAlsoWhenTheFirstAttemptWasCancelled() throws IOException {
        var current = new AtomicReference<RocksEngine>();
        var broken = new AtomicBoolean();
        BatchCommit disk = (engine, batch) -> {
            current.set(engine);
            if (broken.getAndSet(false)) {
                throw new RocksDBException("IO error");
            }
            engine.commit(batch);
        };
        try (var database = database(dir, disk)) {
            writeMuchAndDeleteIt(database);
            // As a failed commit does it on its way to open the files anew, here surely before the compaction has
            // ended.
            current.get().cancelCompaction();
            database.reclaim(1L << 30);
            broken.set(true);
            assertThatThrownBy(() -> await(database.append("a", events(61, 61))))
                    .hasMessageContaining("IO error");
            await().until(() -> database.health().current().ok());
            assertThat(bytesOnDisk()).as("it was cancelled").isGreaterThan(30_000_000);

            database.reclaim(1L << 30);

            await().ignoreExceptions().until(() -> bytesOnDisk() < 4_000_000);
            assertThat(replay(database, "a", 1, Long.MAX_VALUE)).isEqualTo(numbers(59, 60));
        }
    }

    /** Leaves two events of sixty. */
    private void writeMuchAndDeleteIt(JournalDatabase database) throws IOException {
        byte[] noise = new byte[500_000];
        new Random(7).nextBytes(noise);
        for (int i = 1; i <= 58; i++) {
            await(database.append(
                    "a",
                    List.of(new JournalRequest.Event(
                            i,
                            TestStorage.event(new String(noise, StandardCharsets.ISO_8859_1))
                                    .encode(i)))));
        }
        await(database.append("a", events(59, 60)));
        await(database.deleteTo("a", 58));
        assertThat(bytesOnDisk()).isGreaterThan(30_000_000);
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void replayBoundsAreInclusiveAndDeletionsNeverReachBeyondTheHighestNumber() {
        try (var database = database(dir)) {
            await(database.append("a", events(1, 10)));
            assertThat(replay(database, "a", 4, 6)).isEqualTo(numbers(4, 6));
            assertThat(replay(database, "a", 6, 4)).isEmpty();
            assertThat(replay(database, "a", 10, 10)).containsExactly(10L);
            assertThat(replay(database, "a", 11, Long.MAX_VALUE)).isEmpty();
            await(database.deleteTo("a", 0));
            await(database.deleteTo("a", -1));
            await(database.deleteTo("not there", 5));
            assertThat(replay(database, "a", 1, 10)).isEqualTo(numbers(1, 10));
            await(database.deleteTo("a", 500));
            await(database.append("a", events(11, 12)));
            await(database.deleteTo("a", 3));
            assertThat(replay(database, "a", 0, Long.MAX_VALUE)).containsExactly(11L, 12L);
        }
    }

    @Test
    void whatQueuesDuringOneSyncGoesOutWithTheNextAndTheHighestNumberWaitsForIt() throws Exception {
        var firstIsSyncing = new CountDownLatch(1);
        var diskGoesOn = new CountDownLatch(1);
        var commits = new AtomicInteger();
        BatchCommit slow = (engine, batch) -> {
            if (commits.incrementAndGet() == 1) {
                firstIsSyncing.countDown();
                awaitLatch(diskGoesOn);
            }
            engine.commit(batch);
        };
        try (var database = database(dir, slow)) {
            var first = database.append("a", events(1, 1));
            firstIsSyncing.await();
            List<CompletionStage<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                waiting.add(database.append("id-" + i, events(1, 2)));
            }
            var highest = database.highestSequenceNr("a");
            var second = database.highestSequenceNr("id-99");
            assertThat(highest.toCompletableFuture()).isNotDone();
            assertThat(second.toCompletableFuture()).isNotDone();
            diskGoesOn.countDown();
            await(first);
            waiting.forEach(TestStorage::await);
            assertThat(await(highest)).isEqualTo(1);
            assertThat(await(second)).isEqualTo(2);
            assertThat(commits).hasValue(2);
        }
    }

    @Test
    void deletionsAndAppendsOfOneGroupKeepTheirOrder() throws Exception {
        var blocked = new CountDownLatch(1);
        BatchCommit slow = (engine, batch) -> {
            awaitLatch(blocked);
            engine.commit(batch);
        };
        try (var database = database(dir, slow)) {
            var last = database.append("z", events(1, 1));
            for (int round = 0; round < 50; round++) {
                database.append("a", events(round * 10 + 1, round * 10 + 10));
                last = database.deleteTo("a", round * 10 + 5);
            }
            blocked.countDown();
            await(last);
            assertThat(replay(database, "a", 0, Long.MAX_VALUE)).isEqualTo(numbers(496, 500));
        }
    }

    @Test
    void aSecondWriterOfAPersistenceIdIsRefusedAloneAndOverwritesNothing() {
        try (var database = database(dir)) {
            await(database.append("a", events(1, 5)));
            var other = database.append("b", events(1, 1));
            assertThatThrownBy(() -> await(database.append("a", events(5, 6))))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("Event 5 of a was refused");
            await(other);
            await(database.append("a", events(6, 6)));
            assertThat(replay(database, "a", 1, 10)).isEqualTo(numbers(1, 6));
        }
    }

    @Test
    void aFullQueueAndAClosedJournalSaySo() throws Exception {
        var blocked = new CountDownLatch(1);
        var syncing = new CountDownLatch(1);
        BatchCommit slow = (engine, batch) -> {
            syncing.countDown();
            awaitLatch(blocked);
            engine.commit(batch);
        };
        var settings = TestStorage.settings(dir, TestStorage.JOURNAL + ".queue-capacity = 2");
        var database = new JournalDatabase(settings, Clock.systemUTC(), slow);
        var first = database.append("a", events(1, 1));
        syncing.await();
        var second = database.append("b", events(1, 1));
        var third = database.append("c", events(1, 1));
        assertThatThrownBy(() -> await(database.append("d", events(1, 1)))).hasMessageContaining("overloaded");
        blocked.countDown();
        List.of(first, second, third).forEach(TestStorage::await);
        database.close();
        assertThat(database.health().current().state()).isEqualTo(StorageHealth.State.CLOSED);
        assertThatThrownBy(() -> await(database.append("e", events(1, 1))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("CLOSED");
        assertThatThrownBy(() -> database.replay("a", 1, 2, (n, e) -> true)).isInstanceOf(StorageException.class);
    }

    @Test
    void manyIdsWrittenAtOnceFromManyThreadsStayApart() {
        try (var database = database(dir)) {
            LongStream.range(0, 64).parallel().forEach(id -> {
                for (int n = 1; n <= 50; n++) {
                    await(database.append("id-" + id, events(n, n)));
                    if (n % 20 == 0) {
                        await(database.deleteTo("id-" + id, n - 5));
                    }
                }
            });
            for (int id = 0; id < 64; id++) {
                assertThat(replay(database, "id-" + id, 0, Long.MAX_VALUE)).isEqualTo(numbers(36, 50));
                assertThat(await(database.highestSequenceNr("id-" + id))).isEqualTo(50);
            }
        }
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
