package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * The ordered, multi-version map of a partition, immutable: a write makes a new one that shares almost everything with the old
 * one, so that images and long reads never stop writes (DESIGN 4). The newest version of each key stands apart from the
 * superseded ones, because nearly all reads want that one.
 *
 * @param newest per key; a deleted key stays as a deletion until the history window has passed
 * @param superseded older versions within the history window
 * @param bytes what keys and versions take in memory, roughly
 */
record Versions(TreePMap<Bytes, Version> newest, TreePMap<VersionKey, Version> superseded, long keys, long bytes) {
    static final Versions EMPTY = new Versions(TreePMap.empty(), TreePMap.empty(), 0, 0);

    /** Ordered by key, then by time. */
    record VersionKey(Bytes key, long timestamp) implements Comparable<VersionKey> {
        @Override
        public int compareTo(VersionKey other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : Long.compare(timestamp, other.timestamp);
        }
    }

    Optional<Version> find(Bytes key) {
        return Optional.ofNullable(newest.get(key));
    }

    /** The version of the live value, 0 if the key is absent. */
    long liveVersion(Bytes key) {
        Version version = newest.get(key);
        return version == null || version.deleted() ? 0 : version.timestamp();
    }

    Optional<Version> findAt(Bytes key, long timestamp) {
        Version version = newest.get(key);
        if (version == null || version.timestamp() <= timestamp) {
            return Optional.ofNullable(version);
        }
        Map.Entry<VersionKey, Version> older = superseded.floorEntry(new VersionKey(key, timestamp));
        return older != null && older.getKey().key().equals(key) ? Optional.of(older.getValue()) : Optional.empty();
    }

    Versions write(Bytes key, Version version) {
        Version before = newest.get(key);
        long live = (version.deleted() ? 0 : 1) - (before == null || before.deleted() ? 0 : 1);
        long added = version.bytes() + (before == null ? keyBytes(key) : 0);
        return new Versions(
                newest.plus(key, version),
                before == null ? superseded : superseded.plus(new VersionKey(key, before.timestamp()), before),
                keys + live,
                bytes + added);
    }

    Versions removeSuperseded(VersionKey old) {
        Version version = superseded.get(old);
        return version == null ? this : new Versions(newest, superseded.minus(old), keys, bytes - version.bytes());
    }

    /** Removes the key if its newest version still is the deletion of that time. */
    Versions removeDeletion(Bytes key, long timestamp) {
        Version version = newest.get(key);
        if (version == null || !version.deleted() || version.timestamp() != timestamp) {
            return this;
        }
        return new Versions(newest.minus(key), superseded, keys, bytes - version.bytes() - keyBytes(key));
    }

    static long keyBytes(Bytes key) {
        return 80 + key.length();
    }

    Query.Page scan(Query.Scan scan) {
        var entries = new ArrayList<Query.KeyValue>();
        long size = 0;
        Bytes start = scan.after()
                .filter(after -> after.compareTo(scan.prefix()) >= 0)
                .orElse(scan.prefix());
        boolean inclusive = scan.after().isEmpty() || !start.equals(scan.after().get());
        Iterator<Map.Entry<Bytes, Version>> rest =
                newest.tailMap(start, inclusive).entrySet().iterator();
        while (rest.hasNext()) {
            Map.Entry<Bytes, Version> next = rest.next();
            if (!next.getKey().startsWith(scan.prefix())) {
                break;
            }
            if (next.getValue().deleted()) {
                continue;
            }
            Bytes value =
                    scan.keysOnly() ? Bytes.EMPTY : next.getValue().value().orElseThrow();
            size += next.getKey().length() + value.length() + 16L;
            if (!entries.isEmpty() && (entries.size() >= scan.maxEntries() || size > scan.maxBytes())) {
                return new Query.Page(entries, true);
            }
            entries.add(new Query.KeyValue(next.getKey(), value, next.getValue().timestamp()));
        }
        return new Query.Page(entries, false);
    }
}
