package io.holdfast.client;

/** What became of a transaction whose commit had no answer. */
public sealed interface TransactionOutcome {
    /** It took effect as a whole, at this timestamp. */
    record Committed(long timestamp) implements TransactionOutcome {}

    /** It had no effect and never will have: it is safe to run it again. */
    record NotCommitted() implements TransactionOutcome {}

    /** It is too long ago: nobody can say. Read what it would have written. */
    record Forgotten() implements TransactionOutcome {}
}
