package io.holdfast.server;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.NodeAddress;
import io.holdfast.persistence.StorageHealth;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.cli.VersionProvider;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.membership.SiteReachability;
import io.holdfast.server.partition.DataRoom;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.StoragePace;
import io.holdfast.server.status.ClusterView;
import io.holdfast.server.status.LocalNode;
import io.holdfast.server.status.MemberStates;
import io.holdfast.server.status.StatusActor;
import io.holdfast.server.status.StatusHttp;
import io.holdfast.server.status.StatusMessage;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** How this node and the cluster stand, for all who ask: other nodes, gRPC, HTTP. Thread-safe. */
final class NodeStatus implements AutoCloseable {
    private final Supplier<CompletionStage<Status>> source;
    private final StatusHttp http;
    private final BooleanSupplier serving;
    private volatile boolean leaving;

    /**
     * @param serving whether the node has become ready, and can get something done
     * @throws IOException if the status port cannot be opened; the message says what to do
     */
    NodeStatus(
            ActorSystem<?> system,
            HoldfastSettings settings,
            ReplicaDirectory directory,
            DataRoom room,
            StoragePace pace,
            KeyspaceRegistry registry,
            SiteReachability reachability,
            IncidentLog incidents,
            BooleanSupplier serving)
            throws IOException {
        this.serving = serving;
        NodeAddress self = settings.site().self();
        var local = new LocalNode(self.site(), self.clusterEndpoint(), () -> storage(system, pace), room, directory);
        var view = new ClusterView(
                settings, VersionProvider.version(), registry, reachability, MemberStates.of(system), incidents);
        List<NodeAddress> others =
                settings.nodes().stream().filter(node -> !node.equals(self)).toList();
        ActorRef<StatusMessage> actor = system.systemActorOf(
                StatusActor.create(local, others, StatusActor.byPath(system), view), StatusActor.NAME, Props.empty());
        this.source = StatusActor.source(actor);
        this.http = StatusHttp.start(
                settings.system().host(), settings.system().port(), source, () -> welcomes() && local.ready());
    }

    /** Whether clients should come here. */
    boolean welcomes() {
        return serving.getAsBoolean() && !leaving;
    }

    /** This node is about to end: clients should go elsewhere while it still serves. */
    void leave() {
        leaving = true;
    }

    private static LocalNode.Storage storage(ActorSystem<?> system, StoragePace pace) {
        return NodeStorage.health(system).stream()
                .filter(health -> !health.ok() && health.state() != StorageHealth.State.OPENING)
                .findFirst()
                .map(health -> new LocalNode.Storage(false, pace.slow(), health.message()))
                .orElse(new LocalNode.Storage(true, pace.slow(), ""));
    }

    /** The status of the cluster, as this node can find it out in about half a second. */
    Supplier<CompletionStage<Status>> source() {
        return source;
    }

    @Override
    public void close() {
        http.close();
    }
}
