package io.holdfast.server.membership;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.NodeAddress;
import io.holdfast.config.PekkoConfig;
import io.holdfast.core.SiteId;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.Address;

/** All nodes that the settings list, as their addresses in the cluster, in the order of the settings. */
final class Topology {
    private final Map<String, NodeAddress> nodes = new LinkedHashMap<>();
    private final List<String> order;
    private final List<String> sites;
    private final String site;
    private final String fingerprint;

    Topology(HoldfastSettings settings) {
        settings.nodes().forEach(node -> nodes.put(pekkoAddress(node).toString(), node));
        order = List.copyOf(nodes.keySet());
        sites = List.copyOf(settings.siteNames());
        site = settings.site().name();
        String text = nodes.entrySet().stream()
                .map(each -> each.getValue().site() + "=" + each.getKey())
                .collect(Collectors.joining(","));
        fingerprint =
                UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    static Address pekkoAddress(NodeAddress node) {
        // As Pekko writes canonical.hostname: an IPv6 address in brackets.
        String host = node.host().indexOf(':') >= 0 ? "[" + node.host() + "]" : node.host();
        return new Address("pekko", PekkoConfig.SYSTEM_NAME, host, node.clusterPort());
    }

    Map<String, NodeAddress> nodes() {
        return nodes;
    }

    /** Lower is preferred; a node that is not listed comes last. */
    int rank(String address) {
        int index = order.indexOf(address);
        return index < 0 ? order.size() : index;
    }

    /** Lower is preferred. */
    int siteRank(Collection<String> some) {
        return some.stream()
                .mapToInt(sites::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(sites.size());
    }

    List<String> sites() {
        return sites;
    }

    Set<SiteId> siteIds() {
        return sites.stream().map(SiteId::new).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of this node. */
    String site() {
        return site;
    }

    boolean isMajority(Collection<String> some) {
        return some.stream().filter(sites::contains).distinct().count() * 2 > sites.size();
    }

    /** Of each of these sites a majority of its nodes is among these. */
    Set<String> sitesOfMajorities(Collection<String> addresses) {
        var present = new TreeMap<String, Integer>();
        nodes.forEach((address, node) -> {
            if (addresses.contains(address)) {
                present.merge(node.site(), 1, Integer::sum);
            }
        });
        var found = new TreeSet<String>();
        present.forEach((name, count) -> {
            if (count * 2 > nodesOf(name)) {
                found.add(name);
            }
        });
        return found;
    }

    long nodesOf(String name) {
        return nodes.values().stream().filter(node -> node.site().equals(name)).count();
    }

    /** The same on nodes with the same nodes in the same order. */
    String fingerprint() {
        return fingerprint;
    }
}
