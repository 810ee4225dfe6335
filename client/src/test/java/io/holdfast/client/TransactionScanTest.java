package io.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransactionScanTest {
    private FakeCluster cluster;
    private HoldfastClient client;
    private Keyspace shop;

    @BeforeEach
    void start() {
        cluster = new FakeCluster("a", "b");
        cluster.keyspaces.put("bank", FakeCluster.keyspace("bank", FakeCluster.PARTITIONS));
        client = cluster.client(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(5)));
        shop = client.keyspace("shop");
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void aScanMergesPartitionsAndOwnWritesAndKeepsOthersOut() {
        for (int i = 0; i < 9; i++) {
            shop.put("k" + i, bytes("" + i));
        }
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.delete("k1");
        tx.put("k22", bytes("own"));
        assertThat(tx.scan("k", 4))
                .extracting(entry -> entry.key().toString())
                .containsExactly("k0", "k2", "k22", "k3");
        assertThat(tx.scan("k", 100)).hasSize(9);
        shop.put("k4", bytes("changed"));
        assertThatThrownBy(tx::commit).isInstanceOf(TransactionConflictException.class);
    }

    @Test
    void whatLiesBehindTheLastKeyOfALimitedScanMayChange() {
        for (int i = 0; i < 9; i++) {
            shop.put("k" + i, bytes("" + i));
        }
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        assertThat(tx.scan("k", 3)).hasSize(3);
        tx.put("z", bytes("1"));
        shop.put("k5", bytes("changed"));
        tx.commit();
        assertThat(shop.get("z")).isPresent();
    }

    /** Nodes end a page where it gets too large, be it asked for more entries or not. */
    @Test
    void aScanGoesOnWhereThePagesEnd() {
        cluster.transactions.pageEntries = 1;
        List<String> keys = IntStream.range(10, 40).mapToObj(i -> "k" + i).toList();
        keys.forEach(key -> shop.put(key, bytes("v")));
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        tx.delete("k10");
        assertThat(tx.scan("k", 25))
                .extracting(entry -> entry.key().toString())
                .containsExactlyElementsOf(keys.subList(1, 26));
        assertThat(tx.scan("k", 100)).hasSize(29);
        shop.put("k38", bytes("changed"));
        assertThatThrownBy(tx::commit).isInstanceOf(TransactionConflictException.class);
    }

    /** A node looks at a bounded number of deleted keys for a page. */
    @Test
    void aScanGoesOnBehindPagesWithoutEntries() {
        cluster.transactions.pageEntries = 2;
        cluster.transactions.endsEarly = true;
        List<String> keys = IntStream.range(10, 30).mapToObj(i -> "k" + i).toList();
        keys.forEach(key -> shop.put(key, bytes("v")));
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        assertThat(tx.scan("k", 100))
                .extracting(entry -> entry.key().toString())
                .containsExactlyElementsOf(keys);
        assertThat(tx.scan("k", 5)).hasSize(5);
        tx.commit();
    }

    /** All that a scan has looked at is looked at again at the commit, in one step of the partition. */
    @Test
    void aTransactionThatHasLookedAtTooManyDeletedKeysIsTooLarge() {
        cluster.transactions.pageEntries = 1;
        cluster.transactions.endsEarly = true;
        cluster.transactions.pageSkips = Limits.MAX_TRANSACTION_SCANNED_KEYS / 8 - 1;
        IntStream.range(0, 9).forEach(i -> shop.put("{user}/" + i, bytes("v")));
        Transaction tx = shop.begin(TransactionOptions.DEFAULT);
        // Eight pages without an entry, of 8,191 deleted keys each, and eight with one: just as many as are allowed.
        assertThat(tx.scan("{user}/", 8)).hasSize(8);
        assertThatThrownBy(() -> tx.scan("{user}/", 1))
                .isInstanceOfSatisfying(InvalidRequestException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.TRANSACTION_TOO_LARGE))
                .hasMessageContaining("deleted ones included");
    }

    /** One partition may take many pages, because it has many deletions: the others need not send all that they have meanwhile. */
    @Test
    void whoHasNothingBeforeTheLastKeyIsNotAskedAgain() {
        cluster.transactions.pageEntries = 1;
        IntStream.range(10, 90).forEach(i -> shop.put("k" + i, bytes("v")));
        shop.transact(tx -> assertThat(tx.scan("k", 8)).hasSize(8));
        // The first page of each, and then at most one for each key that is returned, and one that ends behind the
        // last.
        assertThat(cluster.nodes.values().stream()
                        .flatMap(node -> node.requests().stream())
                        .filter(io.holdfast.v1.Request::hasPage))
                .hasSizeLessThanOrEqualTo(2 * FakeCluster.PARTITIONS + 8);
    }

    @Test
    void aPrefixWithAHashedPartConcernsOnePartition() {
        shop.put("{user}/1", bytes("1"));
        shop.put("{user}/2", bytes("2"));
        shop.transact(tx -> assertThat(tx.scan("{user}/", 10)).hasSize(2));
        assertThat(cluster.nodes.values().stream()
                        .flatMap(node -> node.requests().stream())
                        .filter(io.holdfast.v1.Request::hasPage))
                .hasSize(1);
    }
}
