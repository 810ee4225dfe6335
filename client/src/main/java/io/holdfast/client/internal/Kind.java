package io.holdfast.client.internal;

/** Requests that a node answers alike when it has nothing else to do: the same rounds between the sites, if any. */
enum Kind {
    GET,
    GET_AT_TIME,
    GET_STALE,
    PAGE,
    VALIDATION,
    CHOICE,
    /** Learns, or settles by an entry, what became of a write. */
    OUTCOME,
    WRITE_ONE,
    WRITE_MAJORITY,
    WRITE_ALL,
    COMMIT_IN_ONE_PARTITION,
    COMMIT_IN_SEVERAL
}
