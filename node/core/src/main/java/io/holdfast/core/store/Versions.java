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
        if (newest.get(key) == deletion) {
            return new Versions(newest.minus(key), keys, bytes - deletion.bytes() - keyBytes(key));
        }
        return deletion.newer().map(newer -> freed(newer.cut())).orElse(this);
    }

    static long keyBytes(Bytes key) {
        return 80 + key.length();
    }

    /** The value as it stood at a timestamp, which must not be before the horizon. */
    Query.Dated get(Bytes key, long at, Moment moment) {
        var validity = new Validity(moment);
        Version version = validity.narrow(newest.get(key), at);
        Query.Value value = version == null || version.deleted()
                ? Query.Value.ABSENT
                : new Query.Value(version.value(), version.timestamp());
        return validity.dated(value);
    }

    Query.Page scan(Query.Scan scan, int mostSkipped) {
        return (Query.Page) scan(scan, Long.MAX_VALUE, new Moment(0, Long.MAX_VALUE), mostSkipped)
                .answer();
    }

    /**
     * The entries as they stood at a timestamp, which must not be before the horizon.
     *
     * @param mostSkipped the page ends before more keys than this would have been looked at in vain, at least 1
     */
    Query.Dated scan(Query.Scan scan, long at, Moment moment, int mostSkipped) {
        var entries = new ArrayList<Query.KeyValue>();
        var validity = new Validity(moment);
        long size = 0;
        int skipped = 0;
        Optional<Bytes> lookedUpTo = Optional.empty();
        Iterator<Map.Entry<Bytes, Version>> rest = behind(scan);
        while (rest.hasNext()) {
            Map.Entry<Bytes, Version> next = rest.next();
            if (!next.getKey().startsWith(scan.prefix())) {
                break;
            }
            Version version = next.getValue().at(at);
            if (version == null || version.deleted()) {
                if (skipped == mostSkipped) {
                    return validity.dated(new Query.Page(entries, lookedUpTo, skipped));
                }
                skipped++;
            } else {
                Bytes value = scan.keysOnly() ? Bytes.EMPTY : version.value().orElseThrow();
                size += next.getKey().length() + value.length() + 16L;
                if (!entries.isEmpty() && (entries.size() >= scan.maxEntries() || size > scan.maxBytes())) {
                    return validity.dated(new Query.Page(entries, lookedUpTo, skipped));
                }
                entries.add(new Query.KeyValue(next.getKey(), value, version.timestamp()));
            }
            validity.narrow(next.getValue(), at);
            lookedUpTo = Optional.of(next.getKey());
        }
        return validity.dated(new Query.Page(entries, Optional.empty(), skipped));
    }

    private Iterator<Map.Entry<Bytes, Version>> behind(Query.Scan scan) {
        Bytes start = scan.after()
                .filter(after -> after.compareTo(scan.prefix()) >= 0)
                .orElse(scan.prefix());
        boolean inclusive = scan.after().isEmpty() || !start.equals(scan.after().get());
        return newest.tailMap(start, inclusive).entrySet().iterator();
    }

    /** Whether no key of the range has changed, or been deleted, since the scan; deletions since the horizon are seen. */
    boolean unchanged(ReadWriteSet.Range range) {
        Iterator<Map.Entry<Bytes, Version>> rest =
                newest.tailMap(range.from(), true).entrySet().iterator();
        while (rest.hasNext()) {
            Map.Entry<Bytes, Version> next = rest.next();
            if (!range.contains(next.getKey())) {
                return true;
            }
            if (next.getValue().timestamp() > range.asOf()) {
                return false;
            }
        }
        return true;
    }

    /**
     * How far answers may be dated.
     *
     * @param horizon what was deleted before it may be forgotten
     * @param last nothing is known about later
     */
    record Moment(long horizon, long last) {}

    /** Between which timestamps an answer holds: narrowed by each key that was looked at. */
    private static final class Validity {
        private long from = 0;
        private long until;
        private final long horizon;

        Validity(Moment moment) {
            this.horizon = moment.horizon();
            this.until = moment.last();
        }

        /** Takes in a key's versions and answers the one at the timestamp, or null if there is none. */
        Version narrow(Version newest, long at) {
            Version version = newest;
            while (version != null && version.timestamp() > at) {
                until = Math.min(until, version.timestamp() - 1);
                version = version.older();
            }
            if (version != null) {
                from = Math.max(from, version.timestamp());
            }
            return version;
        }

        Query.Dated dated(Query.PlainAnswer answer) {
            boolean nothingForgotten = answer instanceof Query.Value && from > 0;
            return new Query.Dated(answer, nothingForgotten ? from : Math.max(from, horizon), until);
        }
    }
}
