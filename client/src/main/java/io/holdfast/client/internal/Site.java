package io.holdfast.client.internal;

import java.util.ArrayList;
import java.util.List;

/** A site with the nodes known to be in it. For the network thread alone. */
final class Site {
    final String name;
    final List<NodeConnection> nodes = new ArrayList<>(4);

    Site(String name) {
        this.name = name;
    }

    /** Its usable node with the least to do, other than one; null if there is none. */
    NodeConnection best(NodeConnection avoid) {
        NodeConnection best = null;
        for (int i = 0; i < nodes.size(); i++) {
            NodeConnection node = nodes.get(i);
            boolean better =
                    node != avoid && node.usable() && (best == null || node.outstanding() < best.outstanding());
            best = better ? node : best;
        }
        return best;
    }
}
