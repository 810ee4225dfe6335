package io.holdfast.server.membership;

import org.apache.pekko.cluster.UniqueAddress;

/** One life of a node: a restarted process has the same address and another uid. */
record Incarnation(String address, long uid) {
    static Incarnation of(UniqueAddress node) {
        return new Incarnation(node.address().toString(), node.longUid());
    }

    @Override
    public String toString() {
        return address + "#" + uid;
    }
}
