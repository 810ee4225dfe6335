package io.holdfast.core.partition;

/** How many sites hold a write before it is acknowledged. */
public enum WriteConcern {
    /** Durable at the leader's site: the loss of that site may lose it. Conditional writes wait for the majority all the same. */
    ONE,
    /** Durable at a majority of the sites. */
    MAJORITY,
    /** Durable at every site. */
    ALL
}
