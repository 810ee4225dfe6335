package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * The ordered, multi-version map of a partition. The map is persistent: a write makes a new one that shares almost everything with
 * the old one, so that images and long reads never stop writes (DESIGN 4).
 *
 * @param newest version per key; a deleted key stays as a deletion until the history window has passed
 * @param keys that are not deleted
 * @param bytes what keys and versions take in memory, roughly
 */
record Versions(TreePMap<Bytes, Version> newest, long keys, long bytes) {
    static final Versions EMPTY = new Versions(TreePMap.empty(), 0, 0);

    Optional<Version> find(Bytes key) {
        return Optional.ofNullable(newest.get(key));
    }

    /** The version of the live value, 0 if the key is absent. */
    long liveVersion(Bytes key) {
        Version version = newest.get(key);
        return version == null || version.deleted() ? 0 : version.timestamp();
    }

    /** With a new newest version, which must have the present one as its older one. */
    Versions write(Bytes key, Version version, Optional<Version> before) {
        long live =
                (version.deleted() ? 0 : 1) - (before.isEmpty() || before.get().deleted() ? 0 : 1);
        long added = version.bytes() + (before.isEmpty() ? keyBytes(key) : 0);
        return new Versions(newest.plus(key, version), keys + live, bytes + added);
    }

    Versions freed(long freedBytes) {
        return freedBytes == 0 ? this : new Versions(newest, keys, bytes - freedBytes);
    }

    /**
     * Removes a deletion that has nothing older any more, whether or not something newer stands on it: to a reader both are
     * an absent key, and a replica that was restored from an image with a later horizon may have removed it before the newer
     * one came. The bytes must not tell which.
     */
    Versions forgetDeletion(Bytes key, Version deletion) {
        Version version = newest.get(key);
        if (version == deletion) {
            return new Versions(newest.minus(key), keys, bytes - deletion.bytes() - keyBytes(key));
        }
        return version == null ? this : freed(version.cutAt(deletion));
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
