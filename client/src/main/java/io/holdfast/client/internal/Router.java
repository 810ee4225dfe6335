package io.holdfast.client.internal;

import io.holdfast.client.InvalidRequestException;
import io.holdfast.v1.Routes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which nodes there are, which sites they are in, and which of them an operation goes to. All but {@link #keyspace} is
 * for the network thread alone.
 */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    /** Nodes that this client connects to, at most. */
    private static final int MAX_NODES = 64;

    private static final long REFRESH_NANOS = 100_000_000L;

    private final Function<Endpoint, NodeConnection> connector;
    private final List<NodeConnection> nodes = new ArrayList<>();
    private final Map<String, Site> sites = new HashMap<>();
    private final Map<String, KeyspaceRoutes> keyspaces = new ConcurrentHashMap<>();
    private int turn;
    private long lastRefresh;

    Router(Function<Endpoint, NodeConnection> connector) {
        this.connector = connector;
        this.lastRefresh = System.nanoTime() - REFRESH_NANOS;
    }

    KeyspaceRoutes keyspace(String name) {
        return keyspaces.computeIfAbsent(name, KeyspaceRoutes::new);
    }

    Site site(String name) {
        return sites.computeIfAbsent(name, Site::new);
    }

    List<NodeConnection> nodes() {
        return nodes;
    }

    /** Adds a node and begins to connect. */
    NodeConnection add(Endpoint endpoint) {
        NodeConnection node = connector.apply(endpoint);
        nodes.add(node);
        node.connect();
        return node;
    }

    /** The node for an operation's next attempt; null if none is connected. */
    NodeConnection pick(Op<?> op) {
        NodeConnection avoid = op.avoid;
        NodeConnection picked = null;
        if (!op.stale()) {
            Site leader = op.routes.leader(op.hash);
            picked = leader == null ? null : leader.best(avoid);
        }
        if (picked == null) {
            picked = op.attempts == 0 || op.stale() ? nearest(avoid) : next(avoid);
        }
        return picked != null ? picked : last(avoid);
    }

    /** The usable node with the shortest round trip, other than one; the first one named, if equal. Null: none. */
    NodeConnection nearest(NodeConnection avoid) {
        NodeConnection best = null;
        for (NodeConnection node : nodes) {
            boolean better = node != avoid
                    && node.usable()
                    && (best == null
                            || node.health().roundTripMillis() < best.health().roundTripMillis());
            best = better ? node : best;
        }
        return best;
    }

    /** Usable nodes by turns, other than one; null if there is none. */
    NodeConnection next(NodeConnection avoid) {
        for (int i = 0; i < nodes.size(); i++) {
            turn = (turn + 1) % nodes.size();
            NodeConnection node = nodes.get(turn);
            if (node != avoid && node.usable()) {
                return node;
            }
        }
        return null;
    }

    // What failed a moment ago is better than nothing, and a suspect too.
    private NodeConnection last(NodeConnection avoid) {
        if (avoid != null && avoid.usable()) {
            return avoid;
        }
        NodeConnection connected = null;
        for (NodeConnection node : nodes) {
            connected = node.connected() && (connected == null || connected == avoid) ? node : connected;
        }
        return connected;
    }

    /** Asks a node for the routes, soon but not too often. */
    void refresh(long now) {
        NodeConnection node = next(null);
        if (node != null && now - lastRefresh >= REFRESH_NANOS) {
            lastRefresh = now;
            node.probe(now);
        }
    }

    /** Takes over what a node knows. */
    void learn(NodeConnection from, Routes routes) {
        if (!routes.getLocalSite().isEmpty()) {
            place(from, site(routes.getLocalSite()));
        }
        for (var told : routes.getSitesList()) {
            for (String text : told.getEndpointsList()) {
                learn(text, site(told.getSite()));
            }
        }
        routes.getKeyspacesList().forEach(this::learn);
    }

    private void learn(String text, Site site) {
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(text);
        } catch (InvalidRequestException unreadable) {
            LOG.warn("Site {} says that a node listens at '{}', which is no endpoint", site.name, text);
            return;
        }
        NodeConnection known = nodes.stream()
                .filter(node -> node.endpoint().equals(endpoint))
                .findFirst()
                .orElse(null);
        if (known == null && nodes.size() < MAX_NODES) {
            known = add(endpoint);
        }
        if (known != null && known.site == null) {
            place(known, site);
        }
    }

    private void learn(io.holdfast.v1.KeyspaceRoutes told) {
        KeyspaceRoutes routes = keyspace(told.getKeyspace().getName());
        routes.partitions(told.getKeyspace().getPartitions());
        for (int i = 0; i < told.getLeadersCount(); i++) {
            // A node that knows no leader knows less than we may know.
            if (!told.getLeaders(i).isEmpty()) {
                routes.leaderOf(i, site(told.getLeaders(i)));
            }
        }
    }

    private void place(NodeConnection node, Site site) {
        if (node.site != site) {
            if (node.site != null) {
                node.site.nodes.remove(node);
            }
            node.site = site;
            site.nodes.add(node);
        }
    }

    /** Each node with what is wrong with it, for people. */
    String describe() {
        return nodes.stream()
                .map(node -> node.endpoint() + ": " + node.failure())
                .collect(Collectors.joining("; "));
    }
}
