package io.holdfast.core.raft;

/** What a replica is at the moment (Raft, section 5.1). */
public enum Role {
    /**
     * Replicates, but does not stand for election and counts for nothing, as far as it knows: its storage is not the one that
     * was admitted.
     */
    LEARNER,
    FOLLOWER,
    /** Asks whether an election could succeed. */
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
