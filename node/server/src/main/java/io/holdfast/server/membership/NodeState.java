package io.holdfast.server.membership;

/** A node of the settings, as this node's cluster sees it. */
public enum NodeState {
    /** Not in the cluster. */
    ABSENT,
    JOINING,
    UP,
    LEAVING,
    /** Given up by the others, not yet removed. */
    DOWN,
    /** Up as far as anybody knows, but it does not answer. */
    UNREACHABLE
}
