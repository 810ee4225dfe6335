package io.holdfast.server.membership;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** Hints about sites that a test gives. At first all sites are there. */
public final class Hints implements SiteReachability {
    private final List<BiConsumer<SiteId, Boolean>> listeners = new CopyOnWriteArrayList<>();
    private final Set<SiteId> unreachable = ConcurrentHashMap.newKeySet();
    private volatile Map<NodeAddress, NodeState> nodes = Map.of();

    public void tell(SiteId site, boolean reachable) {
        if (reachable) {
            unreachable.remove(site);
        } else {
            unreachable.add(site);
        }
        listeners.forEach(listener -> listener.accept(site, reachable));
    }

    @Override
    public Set<SiteId> unreachable() {
        return Set.copyOf(unreachable);
    }

    public void nodes(Map<NodeAddress, NodeState> now) {
        nodes = now;
    }

    @Override
    public Map<NodeAddress, NodeState> nodes() {
        return nodes;
    }

    @Override
    public Subscription subscribe(BiConsumer<SiteId, Boolean> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
