package io.holdfast.core.raft;

/** What a replica is at the moment (Raft, section 5.1). */
public enum Role {
    /** Replicates, but may not vote: its storage is not the one that was admitted. */
    LEARNER,
    FOLLOWER,
    /** Asks whether an election could succeed. */
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
