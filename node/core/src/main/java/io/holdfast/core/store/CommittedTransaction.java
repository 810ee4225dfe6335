package io.holdfast.core.store;

import java.util.List;

/**
 * A commit decision. Its partition keeps it until all others have resolved the transaction: to a participant that asked later, an
 * unknown transaction is an aborted one.
 */
public record CommittedTransaction(WriteId id, long timestamp, List<Participant> others) {
    public CommittedTransaction {
        others = List.copyOf(others);
    }
}
