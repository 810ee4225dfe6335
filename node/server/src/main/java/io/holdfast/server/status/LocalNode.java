package io.holdfast.server.status;

import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.DataRoom;
import io.holdfast.server.partition.ReplicaDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What this node can say of itself. */
public final class LocalNode {
    /** At about 250 bytes each, a part stays far below the largest message between nodes. */
    static final int REPLICAS_A_PART = 1000;

    private final String site;
    private final String clusterEndpoint;
    private final Supplier<Storage> storage;
    private final DataRoom room;
    private final ReplicaDirectory directory;

    /**
     * @param slow it takes writes, but far longer than it should
     * @param message what is wrong, or empty
     */
    public record Storage(boolean ok, boolean slow, String message) {}

    /** @param storage its state at the moment; called on any thread, must not block */
    public LocalNode(
            String site, String clusterEndpoint, Supplier<Storage> storage, DataRoom room, ReplicaDirectory directory) {
        this.site = site;
        this.clusterEndpoint = clusterEndpoint;
        this.storage = storage;
        this.room = room;
        this.directory = directory;
    }

    /** Whether its storage works, and it knows who leads the catalog, so is part of a living cluster. */
    public boolean ready() {
        return storage.get().ok()
                && directory.leaderOf(KeyspaceDefinition.CATALOG_PARTITION).isPresent();
    }

    List<NodeReport> report(long round) {
        Storage state = storage.get();
        List<ReplicaReport> replicas =
                directory.all().stream().map(ReplicaReport::of).toList();
        int parts = Math.max(1, (replicas.size() + REPLICAS_A_PART - 1) / REPLICAS_A_PART);
        var reports = new ArrayList<NodeReport>(parts);
        for (int part = 0; part < parts; part++) {
            int from = part * REPLICAS_A_PART;
            int to = Math.min(replicas.size(), from + REPLICAS_A_PART);
            reports.add(new NodeReport(
                    round,
                    site,
                    clusterEndpoint,
                    part,
                    parts,
                    state.ok(),
                    state.slow(),
                    state.message(),
                    room.memory().usedBytes(),
                    room.memory().limitBytes(),
                    room.full(),
                    room.disk().freeBytes().orElse(0),
                    room.disk().low(),
                    replicas.subList(from, to)));
        }
        return reports;
    }
}
