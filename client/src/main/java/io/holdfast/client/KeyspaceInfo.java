package io.holdfast.client;

import java.time.Duration;
import java.util.List;

/**
 * A keyspace as the cluster knows it.
 *
 * @param tolerates how many sites may be lost with no acknowledged write lost
 * @param history how long old versions can be read
 * @param sites the sites that hold replicas
 */
public record KeyspaceInfo(String name, int partitions, int tolerates, Duration history, List<String> sites) {
    public KeyspaceInfo {
        sites = List.copyOf(sites);
    }

    static KeyspaceInfo fromWire(io.holdfast.v1.Keyspace wire) {
        return new KeyspaceInfo(
                wire.getName(),
                wire.getPartitions(),
                wire.getTolerates(),
                Duration.ofMillis(wire.getHistoryMillis()),
                wire.getSitesList());
    }
}
