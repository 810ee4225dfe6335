package io.holdfast.core.raft;

/**
 * What a replica's storage has held durably, as others remember it. A storage that holds less has gone back in time: its disk was put back from an older
 * copy, or lost what it had confirmed (docs/protocol.md, section 21).
 *
 * @param identity of the storage, see {@link Membership}; 0 if nothing is known
 * @param term it has been in this term at least, and has voted in it or followed its leader, which is the same
 * @param index it has held the log up to here, and all of it is committed, so that nothing takes it away again
 */
public record Floor(long identity, long term, long index) {
    static final Floor UNKNOWN = new Floor(0, 0, 0);

    /** Whether this storage, which holds just this, has forgotten something. */
    boolean isAbove(HardState held, long lastIndex) {
        boolean voteForgotten = term == held.term() && held.vote().isEmpty();
        return identity == held.identity() && (term > held.term() || voteForgotten || index > lastIndex);
    }

    /** Whether this storage, if it is the speaker's, has forgotten something of what the speaker says of its log. */
    boolean isAbove(long speaker, long lastIndex) {
        return identity == speaker && index > lastIndex;
    }

    /** Both are true: of one storage the higher of each counts, and what is known of another one says nothing of it. */
    Floor raisedTo(Floor later) {
        if (identity != later.identity) {
            return later;
        }
        boolean nothingNew = term >= later.term && index >= later.index;
        return nothingNew ? this : new Floor(identity, Math.max(term, later.term), Math.max(index, later.index));
    }
}
