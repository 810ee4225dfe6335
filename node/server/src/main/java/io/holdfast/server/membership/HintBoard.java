package io.holdfast.server.membership;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link SiteWatch} last saw, for threads outside. Listeners are called one at a time, and must neither block nor throw. */
final class HintBoard implements SiteReachability {
    private static final Logger LOG = LoggerFactory.getLogger(HintBoard.class);

    /** Replaced at each change: it is asked with each request. */
    private volatile Set<SiteId> unreachable;

    private final Set<Registered> listeners = new LinkedHashSet<>();
    private volatile Map<NodeAddress, NodeState> nodes;

    /** An object of its own for each subscription, so that one listener may subscribe twice. */
    private static final class Registered {
        private final BiConsumer<SiteId, Boolean> listener;

        Registered(BiConsumer<SiteId, Boolean> listener) {
            this.listener = listener;
        }
    }

    /** Until the cluster says otherwise, all other sites count as lost, and all nodes as absent. */
    HintBoard(Topology topology) {
        var others = new TreeSet<>(topology.siteIds());
        others.remove(new SiteId(topology.site()));
        unreachable = Collections.unmodifiableSet(others);
        var absent = new LinkedHashMap<NodeAddress, NodeState>();
        topology.nodes().values().forEach(node -> absent.put(node, NodeState.ABSENT));
        nodes = Collections.unmodifiableMap(absent);
    }

    @Override
    public Set<SiteId> unreachable() {
        return unreachable;
    }

    @Override
    public synchronized Subscription subscribe(BiConsumer<SiteId, Boolean> listener) {
        var registered = new Registered(listener);
        listeners.add(registered);
        unreachable.forEach(site -> tell(registered, site, false));
        return () -> unsubscribe(registered);
    }

    private synchronized void unsubscribe(Registered registered) {
        listeners.remove(registered);
    }

    synchronized void site(SiteId site, boolean reachable) {
        var changed = new TreeSet<>(unreachable);
        if (reachable ? changed.remove(site) : changed.add(site)) {
            unreachable = Collections.unmodifiableSet(changed);
            Set.copyOf(listeners).forEach(it -> tell(it, site, reachable));
        }
    }

    void nodes(Map<NodeAddress, NodeState> now) {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(now));
    }

    @Override
    public Map<NodeAddress, NodeState> nodes() {
        return nodes;
    }

    private static void tell(Registered registered, SiteId site, boolean reachable) {
        try {
            registered.listener.accept(site, reachable);
        } catch (RuntimeException e) {
            LOG.error("A listener for the reachability of sites failed; the others are told all the same", e);
        }
    }
}
