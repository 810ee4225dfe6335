package io.holdfast.server.partition;

/** A replica may not be the only one of its partition at its site any more: it stops, and waits for its lease to start anew. */
final class LeaseLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeaseLost(PartitionId partition) {
        super("the lease of " + partition + " at this site has run out or was taken");
    }
}
