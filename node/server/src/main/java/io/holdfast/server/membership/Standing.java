package io.holdfast.server.membership;

/** How far a node is on its way into the cluster. */
enum Standing {
    /** Its storage is not known yet, or it has refused to join. It cannot be counted on. */
    STARTING,
    /** It knows its storage and is in no cluster. */
    READY,
    /** It is in a cluster whose leader has not let it up yet. */
    JOINING,
    UP,
    /** It is on its way out of a cluster, by its own will or downed. */
    LEAVING;

    boolean inCluster() {
        return this == JOINING || this == UP;
    }
}
