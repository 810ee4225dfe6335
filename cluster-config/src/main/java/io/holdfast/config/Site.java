package io.holdfast.config;

import java.util.List;

/**
 * One failure domain and its nodes.
 *
 * @param name matches {@code [a-z][a-z0-9-]{0,62}}
 * @param nodes in the order of {@code hosts}; one, or three and more
 */
public record Site(String name, List<NodeAddress> nodes) {
    public Site {
        nodes = List.copyOf(nodes);
    }
}
