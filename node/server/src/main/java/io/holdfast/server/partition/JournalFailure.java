package io.holdfast.server.partition;

/** A replica's journal failed: the replica starts anew from it, after a while. */
final class JournalFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalFailure(PartitionId partition, Throwable cause) {
        super("the journal of " + partition + " failed: " + cause.getMessage(), cause);
    }
}
