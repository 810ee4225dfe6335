package io.holdfast.client.internal;

import com.google.protobuf.ByteString;
import io.holdfast.client.Entry;
import io.holdfast.client.Key;
import io.holdfast.client.Partitioner;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.PageResult;
import io.holdfast.v1.ScannedRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A scan inside a transaction: pages of all partitions of the keyspace, merged, with the transaction's own writes laid over them. What
 * it has looked at, and so what must not change, ends with the last key that it returned.
 */
final class TransactionScan {
    private final TransactionState transaction;
    private final KeyspaceRoutes routes;
    private final ByteString prefix;
    private final int limit;
    private final TreeMap<Key, Optional<byte[]>> own;
    private final List<Cursor> cursors = new ArrayList<>();
    private Optional<Key> lastReturned = Optional.empty();

    /** Where the scan stands in one partition. */
    private static final class Cursor {
        final int partition;
        final List<KeyValue> entries = new ArrayList<>();
        boolean more = true;
        /** Up to this key, inclusive, the partition has told everything. */
        ByteString knownUpTo = ByteString.EMPTY;

        long validFrom;
        long validUntil = Long.MAX_VALUE;

        Cursor(int partition) {
            this.partition = partition;
        }
    }

    record Looked(ScannedRange range, long validFrom) {}

    TransactionScan(
            TransactionState transaction,
            KeyspaceRoutes routes,
            ByteString prefix,
            int limit,
            TreeMap<Key, Optional<byte[]>> own) {
        this.transaction = transaction;
        this.routes = routes;
        this.prefix = prefix;
        this.limit = limit;
        this.own = own;
    }

    CompletableFuture<List<Entry>> run() {
        Key any = prefix.isEmpty() ? Key.of("-") : Key.of(prefix);
        return transaction
                .engine()
                .partitions(routes, any, transaction.remaining())
                .thenCompose(count -> {
                    if (Partitioner.hasHashedPart(prefix.toByteArray())) {
                        cursors.add(new Cursor(Partitioner.partition(prefix, count)));
                    } else {
                        for (int partition = 0; partition < count; partition++) {
                            cursors.add(new Cursor(partition));
                        }
                    }
                    return fetch(cursors);
                });
    }

    private CompletableFuture<List<Entry>> fetch(List<Cursor> wanted) {
        List<CompletableFuture<Void>> pages = wanted.stream().map(this::fetch).toList();
        return CompletableFuture.allOf(pages.toArray(CompletableFuture<?>[]::new))
                .thenCompose(done -> merge());
    }

    private CompletableFuture<Void> fetch(Cursor cursor) {
        int entries = Math.min(10_000, limit + own.size());
        var page = new TransactionOps.Page(
                routes, cursor.partition, prefix, cursor.knownUpTo, entries, transaction.remaining());
        return transaction.engine().submit(page).thenAccept(result -> {
            transaction.lookedAt(routes, cursor.partition, result.getEntriesCount() + result.getSkipped());
            take(cursor, result);
        });
    }

    private static void take(Cursor cursor, PageResult page) {
        cursor.entries.addAll(page.getEntriesList());
        cursor.more = page.getMore();
        cursor.knownUpTo = page.getResumeBehind();
        cursor.validFrom = Math.max(cursor.validFrom, page.getValidFrom());
        cursor.validUntil = Math.min(cursor.validUntil, page.getValidUntil());
    }

    /** Up to the first key behind which a partition may hold more, everything is known. */
    private CompletableFuture<List<Entry>> merge() {
        Optional<Key> knownUpTo = cursors.stream()
                .filter(cursor -> cursor.more)
                .map(cursor -> Key.of(cursor.knownUpTo))
                .min(Key::compareTo);
        var merged = new TreeMap<Key, Entry>();
        for (Cursor cursor : cursors) {
            for (KeyValue entry : cursor.entries) {
                Key key = Key.of(entry.getKey());
                merged.put(key, new Entry(key, entry.getValue().toByteArray(), entry.getVersion()));
            }
        }
        own.forEach((key, value) -> {
            merged.remove(key);
            value.ifPresent(bytes -> merged.put(key, new Entry(key, bytes.clone(), 0)));
        });
        List<Entry> known = merged.values().stream()
                .filter(entry -> knownUpTo.isEmpty() || entry.key().compareTo(knownUpTo.get()) <= 0)
                .limit(limit)
                .toList();
        if (known.size() < limit && knownUpTo.isPresent()) {
            // Only from those that may hold something before the last key that is wanted: a page of one partition may
            // be empty because it looked at
            // deletions only, and the others must not send all that they have meanwhile.
            Optional<Key> last = merged.keySet().stream().skip(limit - 1L).findFirst();
            return fetch(cursors.stream()
                    .filter(cursor -> cursor.more)
                    .filter(cursor -> last.isEmpty() || Key.of(cursor.knownUpTo).compareTo(last.get()) < 0)
                    .toList());
        }
        lastReturned = known.size() < limit
                ? Optional.empty()
                : Optional.of(known.get(known.size() - 1).key());
        return CompletableFuture.completedFuture(known);
    }

    /** What the scan has looked at, once it is done. */
    List<Looked> ranges() {
        ByteString end = lastReturned
                .map(key -> key.toByteString().concat(ByteString.copyFrom(new byte[1])))
                .orElseGet(() -> behind(prefix));
        return cursors.stream()
                .map(cursor -> new Looked(
                        ScannedRange.newBuilder()
                                .setPartition(cursor.partition)
                                .setFrom(prefix)
                                .setTo(end)
                                .setAsOf(cursor.validUntil)
                                .build(),
                        cursor.validFrom))
                .toList();
    }

    /** The smallest key above all that start with the prefix; empty if there is none. */
    private static ByteString behind(ByteString prefix) {
        byte[] bytes = prefix.toByteArray();
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return ByteString.EMPTY;
        }
        bytes[length - 1]++;
        return ByteString.copyFrom(bytes, 0, length);
    }
}
