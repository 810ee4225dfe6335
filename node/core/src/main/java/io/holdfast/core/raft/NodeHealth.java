package io.holdfast.core.raft;

/**
 * What keeps a node from serving as well as others, as it says itself with each answer to a leader.
 *
 * @param full it has no room for more data
 * @param storageSlow its journal takes far longer than it should, or has yet to show that it does not any more
 */
public record NodeHealth(boolean full, boolean storageSlow) {
    public static final NodeHealth GOOD = new NodeHealth(false, false);
}
