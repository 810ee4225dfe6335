package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.checker.ListAppendChecker;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Partitioner;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.Reason;
import io.holdfast.client.ScanCursor;
import io.holdfast.client.ScanOptions;
import io.holdfast.client.Snapshot;
import io.holdfast.client.SnapshotOptions;
import io.holdfast.client.TransactionOptions;
import io.holdfast.server.cli.check.AppendLoad;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions over whole nodes, real gRPC, cluster and journals. */
class TransactionsTest {
    private static final int ACCOUNTS = 40;
    private static final long OPENING = 100;

    @TempDir
    Path dir;

    @Test
    void transactionsOverPartitionsKeyspacesAndTime() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            try (HoldfastClient client = sites.client()) {
                // However slow the machine is, the snapshots stay within the history.
                var settings = KeyspaceSettings.DEFAULT.withPartitions(8).withHistory(Duration.ofMinutes(10));
                client.admin().createKeyspace("bank", settings);
                client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(4));
                Keyspace bank = client.keyspace("bank");
                open(bank);
                Snapshot before = bank.snapshot(SnapshotOptions.NOW);
                transferSome(bank);
                sumIsRight(bank.snapshot(SnapshotOptions.NOW));
                sumIsRight(bank.snapshot(SnapshotOptions.NEARBY));
                sumIsRight(before);
                assertThat(before.get(account(0).toString()).orElseThrow().text())
                        .isEqualTo("" + OPENING);
                severalKeyspaces(client, bank);
                past(bank);
                tooLarge(bank);
            }
        }
    }

    private static Key account(int number) {
        return Key.of("account" + number);
    }

    private static void open(Keyspace bank) {
        bank.transact(tx -> {
            IntStream.range(0, ACCOUNTS).forEach(i -> tx.increment(account(i), OPENING));
            return 0;
        });
    }

    private static void transferSome(Keyspace bank) {
        for (int i = 0; i < 100; i++) {
            Key from = account(i % ACCOUNTS);
            Key to = account((i * 7 + 1) % ACCOUNTS);
            if (!from.equals(to)) {
                bank.transact(tx -> tx.increment(from, -1) + tx.increment(to, 1));
            }
        }
    }

    private static void sumIsRight(Snapshot snapshot) {
        long sum = 0;
        int found = 0;
        try (ScanCursor all = snapshot.scan("account", ScanOptions.DEFAULT)) {
            while (all.hasNext()) {
                sum += Long.parseLong(all.next().text());
                found++;
            }
        }
        assertThat(found).isEqualTo(ACCOUNTS);
        assertThat(sum).isEqualTo(ACCOUNTS * OPENING);
    }

    private static void severalKeyspaces(HoldfastClient client, Keyspace bank) {
        String paid = bank.transact(tx -> {
            assertThat(tx.scan("account", 1_000)).hasSize(ACCOUNTS);
            tx.on("shop").put("order1", "paid".getBytes(StandardCharsets.UTF_8));
            tx.increment(account(0), -5);
            tx.increment(account(1), 5);
            return new String(tx.on("shop").get("order1").orElseThrow(), StandardCharsets.UTF_8);
        });
        assertThat(client.keyspace("shop").get("order1").orElseThrow().text()).isEqualTo(paid);
    }

    private static void past(Keyspace bank) {
        long first = bank.put("past", "1".getBytes(StandardCharsets.UTF_8)).version();
        bank.put("past", "2".getBytes(StandardCharsets.UTF_8));
        assertThat(bank.get(Key.of("past"), ReadOptions.at(first)).orElseThrow().text())
                .isEqualTo("1");
        assertThat(bank.get(Key.of("past"), ReadOptions.at(first - 1))).isEmpty();
        assertThatThrownBy(() -> bank.get(Key.of("past"), ReadOptions.at(1)))
                .isInstanceOfSatisfying(
                        HoldfastException.class, it -> assertThat(it.reason()).isEqualTo(Reason.HISTORY_GONE));
        assertThatThrownBy(() -> bank.get(Key.of("past"), ReadOptions.at(first + (3_600_000L << 16))))
                .isInstanceOfSatisfying(
                        HoldfastException.class, it -> assertThat(it.reason()).isEqualTo(Reason.TIMESTAMP_IN_FUTURE));
    }

    private static void tooLarge(Keyspace bank) {
        assertThatThrownBy(() -> bank.transact(TransactionOptions.DEFAULT, tx -> {
                    tx.put("{one}a", new byte[600_000]);
                    tx.put("{one}b", new byte[600_000]);
                    return 0;
                }))
                .isInstanceOfSatisfying(
                        HoldfastException.class, it -> assertThat(it.reason()).isEqualTo(Reason.TRANSACTION_TOO_LARGE));
        bank.transact(tx -> {
            for (int partition = 0; partition < 7; partition++) {
                tx.put(keyOf(partition), new byte[1 << 20]);
            }
            return 0;
        });
        assertThat(bank.get(keyOf(6)).orElseThrow().value()).hasSize(1 << 20);
    }

    private static String keyOf(int partition) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "large" + i)
                .filter(key -> Partitioner.partition(key.getBytes(StandardCharsets.UTF_8), 8) == partition)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void staysStrictSerializableWhileSitesDieAndAreCutOff() throws Exception {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.startAll();
            var clients = new ArrayList<HoldfastClient>();
            sites.names().forEach(site -> clients.add(sites.client()));
            clients.get(0).admin().createKeyspace("lists", KeyspaceSettings.DEFAULT.withPartitions(4));
            try (var load = new AppendLoad(clients, "lists", 8, 16)) {
                awaitMore(load, 200);
                sites.kill("a");
                awaitMore(load, 200);
                sites.start("a");
                sites.awaitReady("a");
                awaitMore(load, 100);
                sites.cutOff("b");
                sites.awaitCut("b");
                awaitMore(load, 200);
                sites.heal("b");
                awaitMore(load, 100);
                load.stop();
                assertThat(load.troubles()).isEmpty();
                assertThat(ListAppendChecker.check(load.history().transactions()))
                        .isEmpty();
                noLockIsLeft(clients.get(0));
            } finally {
                List.copyOf(clients).forEach(HoldfastClient::close);
            }
        }
    }

    private static void awaitMore(AppendLoad load, int appends) {
        long wanted = load.history().appends() + appends;
        await().atMost(Sites.PATIENCE).until(() -> load.history().appends() >= wanted);
    }

    /** A read of a key that is locked would be repeated until its deadline. */
    private static void noLockIsLeft(HoldfastClient client) {
        try (ScanCursor all = client.keyspace("lists").scan("", ScanOptions.DEFAULT)) {
            all.stream().forEach(entry -> assertThat(entry.value()).isNotEmpty());
        }
    }
}
