package io.holdfast.server.membership;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Hints about other sites and their nodes, from the cluster's failure detector. Thread-safe. They may be late, early or wrong. */
public interface SiteReachability {
    /** The sites that seem lost now. */
    Set<SiteId> unreachable();

    /** All nodes of the settings, in their order, as this node last saw them. */
    Map<NodeAddress, NodeState> nodes();

    /**
     * Calls the listener at each change, on any thread, with the site and whether it seems reachable; before that once for each
     * site that is unreachable now. Closing the subscription ends the calls.
     */
    Subscription subscribe(BiConsumer<SiteId, Boolean> listener);

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
