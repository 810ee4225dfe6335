package io.holdfast.core.txn;

import io.holdfast.core.store.Participant;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.Optional;

/** A transaction that a partition wants to be brought to an end, because its coordinator has not done so in time. */
public sealed interface Unfinished {
    WriteId transaction();

    /**
     * It is prepared here and its locks are past their deadline: to be decided, which means aborted if nobody has decided it, and
     * resolved here.
     *
     * @param decisionPartition empty: this partition itself, which only the version before prepared
     * @param others to be told, if this partition itself decides
     */
    record Undecided(WriteId transaction, Optional<Participant> decisionPartition, List<Participant> others)
            implements Unfinished {
        public Undecided {
            others = List.copyOf(others);
        }
    }

    /**
     * It was committed here, the decision partition, and nobody has said that the others have resolved it.
     *
     * @param others to be told, again perhaps
     */
    record Incomplete(WriteId transaction, long commitTimestamp, List<Participant> others) implements Unfinished {
        public Incomplete {
            others = List.copyOf(others);
        }
    }
}
