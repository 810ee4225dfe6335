package io.holdfast.server.lease;

import java.util.UUID;

/**
 * One session of one node; whoever holds a lease is named by it.
 *
 * @param node the node's host:port between nodes, which outlives its sessions
 * @param session drawn anew for each session
 */
public record Holder(String node, UUID session) {
    @Override
    public String toString() {
        return node + " (session " + session + ")";
    }
}
