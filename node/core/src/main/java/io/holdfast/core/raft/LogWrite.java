package io.holdfast.core.raft;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One atomic write to the replica's journal. The journal is append-only: replaying all writes in order gives the same
 * hard state and the same log.
 *
 * @param number counts up from 1 in each life of the replica; answered with "durable up to number"
 * @param hardState if it changed
 * @param truncateFrom if set: all entries with this index and above are void (DESIGN 3, rule 4)
 * @param entries appended after the truncation
 * @param commitIndex known to be committed at the time of the write: replay may apply up to here
 */
public record LogWrite(
        long number, Optional<HardState> hardState, OptionalLong truncateFrom, List<Entry> entries, long commitIndex) {
    public LogWrite {
        entries = List.copyOf(entries);
    }
}
