package io.holdfast.client;

/** How many sites hold a write durably before it is acknowledged. */
public enum WriteConcern {
    /** What the server's configuration says ({@code transaction.write-concern}). */
    SERVER_DEFAULT(io.holdfast.v1.WriteConcern.WRITE_CONCERN_DEFAULT),
    /** The leader's site alone: fastest, and lost if that site is lost. Most results carry no version ({@link WriteResult}). */
    ONE(io.holdfast.v1.WriteConcern.ONE),
    /** A majority of the sites: survives the loss of as many sites as the keyspace tolerates. */
    MAJORITY(io.holdfast.v1.WriteConcern.MAJORITY),
    /** Every site: waits, up to the deadline, for a site that is away. */
    ALL(io.holdfast.v1.WriteConcern.ALL);

    private final io.holdfast.v1.WriteConcern wire;

    WriteConcern(io.holdfast.v1.WriteConcern wire) {
        this.wire = wire;
    }

    /** The wire's word for it. */
    public io.holdfast.v1.WriteConcern toWire() {
        return wire;
    }
}
