package io.holdfast.config;

/** How many sites hold a write durably before it is acknowledged. */
public enum WriteConcern {
    /** The leader's site alone: a lost site may take acknowledged writes with it. Written {@code one} or {@code 1}. */
    ONE,
    /** A majority of the partition's replicas: survives the loss of as many sites as the keyspace tolerates. */
    MAJORITY,
    /** Every replica: a lost site stops these writes until it is back. */
    ALL
}
