package io.holdfast.core.store;

/**
 * What becomes of a transaction.
 *
 * @param timestamp at which it is committed; 0 if it is aborted
 */
public record Decision(boolean commit, long timestamp) {
    public static final Decision ABORT = new Decision(false, 0);

    public static Decision commitAt(long timestamp) {
        return new Decision(true, timestamp);
    }

    Outcome outcome() {
        return new Outcome(commit ? Outcome.Kind.COMMITTED : Outcome.Kind.ABORTED, timestamp);
    }
}
