package io.holdfast.core.store;

import static io.holdfast.core.store.Writes.bytes;
import static io.holdfast.core.store.Writes.delete;
import static io.holdfast.core.store.Writes.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScanTest {
    private final Writes.Log log = new Writes.Log(1_000, 1_000);

    ScanTest() {
        log.apply(1, put(1, "a/1", "x"), put(2, "a/2", "yy"), put(3, "a/3", "zzz"), put(4, "b", "w"), put(5, "a", "v"));
        log.apply(10, delete(6, "a/2"));
    }

    private Query.Page scan(String prefix, Optional<String> after, int maxEntries, int maxBytes) {
        var scan = new Query.Scan(bytes(prefix), after.map(Bytes::utf8), maxEntries, maxBytes, false);
        return (Query.Page) log.store.answer(scan);
    }

    private static List<String> keys(Query.Page page) {
        return page.entries().stream().map(entry -> entry.key().toUtf8()).toList();
    }

    @Test
    void givesLiveKeysOfThePrefixInOrder() {
        Query.Page page = scan("a", Optional.empty(), 10, 10_000);
        assertThat(keys(page)).containsExactly("a", "a/1", "a/3");
        assertThat(page.more()).isFalse();
        assertThat(page.entries().get(2)).isEqualTo(new Query.KeyValue(bytes("a/3"), bytes("zzz"), 3));
    }

    @Test
    void theEmptyPrefixIsAll() {
        assertThat(keys(scan("", Optional.empty(), 10, 10_000))).containsExactly("a", "a/1", "a/3", "b");
    }

    @Test
    void saysWhetherThereIsMoreOnlyIfThereIs() {
        assertThat(scan("a/", Optional.empty(), 1, 10_000).more()).isTrue();
        assertThat(scan("a/", Optional.empty(), 2, 10_000).more()).isFalse();
        assertThat(scan("a/", Optional.of("a/1"), 1, 10_000).more()).isFalse();
    }

    @Test
    void continuesBehindAKeyThatNeedNotExist() {
        assertThat(keys(scan("a", Optional.of("a"), 10, 10_000))).containsExactly("a/1", "a/3");
        assertThat(keys(scan("a", Optional.of("a/2"), 10, 10_000))).containsExactly("a/3");
        assertThat(keys(scan("a", Optional.of("a/3"), 10, 10_000))).isEmpty();
        assertThat(keys(scan("a", Optional.of("zzz"), 10, 10_000))).isEmpty();
        assertThat(keys(scan("a/", Optional.of("A"), 10, 10_000))).containsExactly("a/1", "a/3");
        assertThat(keys(scan("a", Optional.of(""), 10, 10_000))).containsExactly("a", "a/1", "a/3");
    }

    @Test
    void looksAtABoundedNumberOfDeletedKeysForAPage() {
        var many = new Writes.Log(new PartitionStore(new PartitionStore.Limits(1_000_000, 1_000_000, 3)));
        for (int i = 0; i < 10; i++) {
            many.apply(10 + 2 * i, put(2 * i + 1, "k" + i, "v"));
            many.apply(11 + 2 * i, delete(2 * i + 2, "k" + i));
        }
        many.apply(100, put(100, "k4x", "w"), put(101, "k9x", "x"));
        var pages = new ArrayList<List<String>>();
        var skipped = new ArrayList<Integer>();
        Optional<Bytes> after = Optional.empty();
        do {
            var page = (Query.Page) many.store.answer(new Query.Scan(bytes("k"), after, 10, 10_000, false));
            pages.add(keys(page));
            skipped.add(page.skipped());
            after = page.resumeBehind();
        } while (after.isPresent());
        assertThat(pages).containsExactly(List.of(), List.of("k4x"), List.of(), List.of("k9x"));
        assertThat(skipped).containsExactly(3, 3, 3, 1);
    }

    @Test
    void aTransactionLocksWhatAPageThatEndedEarlyHasLookedAt() {
        var scan = new Query.Scan(bytes("k"), Optional.empty(), 10, 10_000, false);
        var early = new Query.Page(List.of(), Optional.of(bytes("k3")), 4);
        ReadWriteSet.Range range = ReadWriteSet.Range.of(scan, early, 7);
        assertThat(range.contains(bytes("k3"))).isTrue();
        assertThat(range.contains(bytes("k30"))).isFalse();
    }

    @Test
    void givesAtLeastOneEntryHoweverLarge() {
        Query.Page page = scan("", Optional.empty(), 10, 1);
        assertThat(keys(page)).containsExactly("a");
        assertThat(page.more()).isTrue();
    }

    @Test
    void keysOnlyLeavesValuesOut() {
        var scan = new Query.Scan(bytes("a/"), Optional.empty(), 10, 10_000, true);
        var page = (Query.Page) log.store.answer(scan);
        assertThat(page.entries()).extracting(Query.KeyValue::value).containsOnly(Bytes.EMPTY);
    }

    @Test
    void ordersKeysAsUnsignedBytes() {
        log.apply(
                20,
                Writes.command(7, new Command.Put(Bytes.wrap(new byte[] {(byte) 0xff}), bytes("h"), Condition.NONE)));
        assertThat(scan("", Optional.of("b"), 10, 10_000).entries())
                .extracting(Query.KeyValue::key)
                .containsExactly(Bytes.wrap(new byte[] {(byte) 0xff}));
    }

    @Test
    void pagesPutTogetherAreTheWhole() {
        for (int size = 1; size <= 4; size++) {
            var all = new ArrayList<String>();
            Optional<String> after = Optional.empty();
            boolean more = true;
            while (more) {
                Query.Page page = scan("", after, size, 10_000);
                all.addAll(keys(page));
                after = page.resumeBehind().map(Bytes::toUtf8);
                more = page.more();
            }
            assertThat(all).as("pages of %d", size).containsExactly("a", "a/1", "a/3", "b");
        }
    }
}
