package io.holdfast.core.raft;

import java.util.List;

/**
 * What the journal held at the start of a replica.
 *
 * @param baseIndex the last entry that is not in the log any more, with its term; 0 and 0 if there is none
 * @param entries those after the base
 * @param commitIndex known to have been committed; may be behind the truth, never before it
 * @param membership as of the base, or the first one of the partition
 */
public record RecoveredLog(
        HardState hardState,
        Membership membership,
        long baseIndex,
        long baseTerm,
        List<Entry> entries,
        long commitIndex) {
    public RecoveredLog {
        entries = List.copyOf(entries);
    }

    /** A replica that has never run. */
    public static RecoveredLog empty(Membership membership, long identity) {
        return new RecoveredLog(HardState.initial(identity), membership, 0, 0, List.of(), 0);
    }
}
