package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A question to one partition, and its answer. */
public sealed interface Query {

    /** May be asked for a timestamp. */
    sealed interface Plain extends Query {}

    record Get(Bytes key) implements Plain {}

    /**
     * @param after start behind this key
     * @param maxEntries at most so many entries, at least 1
     * @param maxBytes stop when the entries exceed this; at least one entry is given if there is one
     */
    record Scan(Bytes prefix, Optional<Bytes> after, int maxEntries, int maxBytes, boolean keysOnly) implements Plain {}

    /**
     * The same question, of a transaction or of somebody interested in the past: answered by {@link Dated}.
     *
     * @param at the timestamp for which to answer; empty: for now, as the plain query would
     */
    record ForTime(Plain query, OptionalLong at) implements Query {}

    /** Whether what a transaction has read still stands; its writes are not looked at. Answered by {@link Validity}. */
    record Validate(ReadWriteSet set) implements Query {}

    sealed interface Answer {}

    /** The answer to a plain query. */
    sealed interface PlainAnswer extends Answer {}

    /** @param version 0 if absent */
    record Value(Optional<Bytes> value, long version) implements PlainAnswer {
        public static final Value ABSENT = new Value(Optional.empty(), 0);
    }

    /**
     * A page may end early, even without an entry, because a partition looks at a bounded number of deleted keys at a time.
     *
     * @param resumeBehind the page tells of all keys up to this one, inclusive, and there may be more behind it, to be asked for with {@link
     *     Scan#after}; empty: there is nothing more
     * @param skipped keys that were looked at besides the entries: deleted ones, and such as came later than what was asked for
     */
    record Page(List<KeyValue> entries, Optional<Bytes> resumeBehind, int skipped) implements PlainAnswer {
        public Page {
            entries = List.copyOf(entries);
        }

        public boolean more() {
            return resumeBehind.isPresent();
        }
    }

    record KeyValue(Bytes key, Bytes value, long version) {}

    /**
     * The answer holds for every timestamp from {@code validFrom} to {@code validUntil}, both inclusive, and nothing can be committed
     * later that changes this. For what is absent, validFrom is when it was deleted, or the horizon if nobody knows any more.
     */
    record Dated(PlainAnswer answer, long validFrom, long validUntil) implements Answer {}

    /** @param valid all versions and ranges are unchanged, and no transaction is about to change them */
    record Validity(boolean valid) implements Answer {}

    /** There is no answer now, or never will be. The other queries of the same message have theirs. */
    record Denied(Denial reason) implements Answer {}

    enum Denial {
        /** A transaction is about to change what was asked for, and may have been acknowledged: ask again. */
        LOCKED,
        /** The timestamp is older than the history that the partition keeps. */
        HISTORY_GONE,
        /** The timestamp is further ahead of the leader's clock than clocks may differ. */
        TIMESTAMP_IN_FUTURE
    }
}
