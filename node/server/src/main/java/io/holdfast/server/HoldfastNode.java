package io.holdfast.server;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.NodeAddress;
import io.holdfast.config.PekkoConfig;
import io.holdfast.persistence.StorageHealth;
import io.holdfast.persistence.cells.SharedCells;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Gateway;
import io.holdfast.server.gateway.GatewayActors;
import io.holdfast.server.gateway.GatewayConfig;
import io.holdfast.server.grpc.Backend;
import io.holdfast.server.grpc.ClientLimits;
import io.holdfast.server.grpc.Delay;
import io.holdfast.server.grpc.GrpcServer;
import io.holdfast.server.lease.SiteLeases;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.membership.Lateness;
import io.holdfast.server.membership.Membership;
import io.holdfast.server.membership.SiteIdentity;
import io.holdfast.server.partition.CoreSettings;
import io.holdfast.server.partition.DataDisk;
import io.holdfast.server.partition.DataMemory;
import io.holdfast.server.partition.DataRoom;
import io.holdfast.server.partition.HeartbeatReceiver;
import io.holdfast.server.partition.NodeClock;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaContext;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaKeeper;
import io.holdfast.server.partition.ReplicaRouter;
import io.holdfast.server.partition.ShardedReplicas;
import io.holdfast.server.partition.StorageIdentity;
import io.holdfast.server.partition.StoragePace;
import io.holdfast.server.partition.Tenancy;
import io.holdfast.server.site.SiteNewsActor;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;

/**
 * One node: brings the parts together and starts and stops them in order. It answers clients from the first moment, with NOT_READY
 * until it is a member of the cluster and its replica of the catalog knows a leader. Thread-safe.
 */
public final class HoldfastNode {
    /** Images of partitions are as large as their snapshots, so that their number is bounded together. */
    private static final String SNAPSHOT_DISPATCHER = "holdfast.persistence.rocksdb.snapshot-dispatcher";

    /** So late a node may tell balancers that it reaches enough sites, or does not. */
    private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(1);

    private final HoldfastSettings settings;
    private final ActorSystem<SpawnProtocol.Command> system;
    private final IncidentLog incidents = new IncidentLog(System::currentTimeMillis);
    private final NodeClock clock;
    private final DataRoom room;
    private final StoragePace pace;
    private final KeyspaceRegistry registry = new KeyspaceRegistry();
    private final ReplicaDirectory directory;
    private final Set<PartitionId> quarantined = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    /** Made once: what is asked of Pekko's own stage is answered by a thread of its own, so that one who looks again and again never sees the end. */
    private final CompletableFuture<Void> terminated;
    /** Of a site whose nodes share a store; empty at one with an embedded journal. */
    private final Optional<SiteLeases> leases;

    private final Lateness lateness;
    private final Membership membership;
    private final GrpcServer grpc;
    private final NodeStatus status;
    private final Delay delay;
    /** Empty until the node knows who it is; replicas that want something of it before ask again. */
    private volatile Optional<Gateway> gateway = Optional.empty();

    private HoldfastNode(
            HoldfastSettings settings,
            ActorSystem<SpawnProtocol.Command> system,
            Function<ActorSystem<?>, Optional<SharedCells>> siteStore,
            GrpcServer grpc)
            throws IOException {
        this.settings = settings;
        this.system = system;
        this.clock = new NodeClock(settings.site().name(), incidents);
        this.directory =
                several() ? new ReplicaDirectory(SiteNewsActor.FRESH, System::nanoTime) : new ReplicaDirectory();
        this.grpc = grpc;
        grpc.onConnectionsFull(this::connectionsFull);
        this.terminated = system.getWhenTerminated().thenAccept(done -> {}).toCompletableFuture();
        this.room = openRoom();
        this.pace = StoragePace.watch(system, nodeName(), settings.persistence().slowWrite(), incidents);
        this.delay = (after, task) -> system.scheduler().scheduleOnce(after, task, system.executionContext());
        Optional<SharedCells> cells = siteStore.apply(system);
        this.lateness = Lateness.of(system);
        this.membership = Membership.start(system, settings, incidents, lateness);
        this.leases = cells.map(this::openLeases);
        NodeStorage.subscribe(system, this::storageChanged);
        this.status = openStatus();
        new OrderlyStop(directory, delay, status, grpc, leases).register(system);
        // Not on the thread that tells of the membership: it is one of few that heartbeats wait for, and this takes
        // long.
        membership
                .ready()
                .thenComposeAsync(this::serve, system.executionContext())
                .whenComplete(this::served);
        terminated.whenComplete((ended, failure) ->
                ready.completeExceptionally(new IllegalStateException("this node was stopped before it could serve")));
    }

    private void served(Void served, Throwable failure) {
        if (failure == null) {
            ready.complete(null);
        } else if (CoordinatedShutdown.get(system).getShutdownReason().isEmpty()) {
            ready.completeExceptionally(failure);
        }
        // Else it fails because the node is stopping: that is told when it has.
    }

    /**
     * Starts a node and answers at once; {@link #ready} tells when it serves.
     *
     * @throws IOException if a port cannot be opened, or too few files; the message says which and what to do
     * @throws io.holdfast.config.SettingsException if Pekko cannot read its part of the settings, or the directories for the data
     *     cannot be used
     */
    public static HoldfastNode start(HoldfastSettings settings, PekkoConfig.Hosting hosting) throws IOException {
        return start(settings, hosting, NodeStorage::shared);
    }

    /** @param siteStore what the nodes of the site share, if they do */
    static HoldfastNode start(
            HoldfastSettings settings,
            PekkoConfig.Hosting hosting,
            Function<ActorSystem<?>, Optional<SharedCells>> siteStore)
            throws IOException {
        NodeAddress self = settings.site().self();
        int connections = OpenFiles.connections(settings.site().maxConnections());
        NodeDirectories.prepare(settings);
        if (hosting == PekkoConfig.Hosting.OWN_PROCESS) {
            NodeDirectories.checkLocks(settings);
        }
        var limits = ClientLimits.ofHeap(Runtime.getRuntime().maxMemory(), connections);
        GrpcServer grpc = GrpcServer.start(self.port(), self.host(), limits);
        Optional<ActorSystem<SpawnProtocol.Command>> system = Optional.empty();
        try {
            NodePort.STATUS.tryOut(settings.system().host(), settings.system().port());
            system = Optional.of(NodeSystem.start(settings, hosting));
            return new HoldfastNode(settings, system.get(), siteStore, grpc);
        } catch (IOException | RuntimeException | Error e) {
            grpc.stop(Duration.ZERO).toCompletableFuture().join();
            system.ifPresent(ActorSystem::terminate);
            throw e;
        }
    }

    private void connectionsFull(boolean full) {
        if (full) {
            incidents.report(
                    "connections-full",
                    nodeName(),
                    "clients hold all the connections that this node allows",
                    "new ones are closed at once: find who opens so many, or raise site.max-connections and the limit of open"
                            + " files");
        } else {
            incidents.recovered("connections-full", nodeName());
        }
    }

    /** As incidents call this node. */
    private String nodeName() {
        return several() ? settings.site().self().endpoint() : settings.site().name();
    }

    private DataRoom openRoom() {
        String node = nodeName();
        long heapBytes = Runtime.getRuntime().maxMemory();
        long memoryBytes = DataMemory.limitOf(heapBytes, settings.site().dataShare());
        return new DataRoom(
                heapBytes,
                new DataMemory(node, memoryBytes, incidents),
                DataDisk.watch(system, node, settings.persistence(), incidents));
    }

    private boolean several() {
        return siteNodes().size() > 1;
    }

    private List<NodeAddress> siteNodes() {
        return settings.nodes().stream()
                .filter(node -> node.site().equals(settings.site().name()))
                .toList();
    }

    private SiteLeases openLeases(SharedCells cells) {
        return SiteLeases.start(
                system,
                cells,
                settings.site().name(),
                settings.site().self().clusterEndpoint(),
                settings.replication().clockDriftBound(),
                neighbours());
    }

    /** The other nodes of this site. */
    private Set<String> neighbours() {
        return siteNodes().stream()
                .filter(node -> !node.equals(settings.site().self()))
                .map(NodeAddress::clusterEndpoint)
                .collect(Collectors.toSet());
    }

    private NodeStatus openStatus() throws IOException {
        return new NodeStatus(
                system,
                settings,
                directory,
                room,
                pace,
                registry,
                membership.reachability(),
                incidents,
                this::canServe);
    }

    /** Also a node whose catalog still has a leader may reach too few sites for anything to come of a request: an idle leader does not notice. */
    private boolean canServe() {
        return ready.isDone()
                && !ready.isCompletedExceptionally()
                && gateway.filter(it -> it.isCutOff(KeyspaceDefinition.CATALOG_PARTITION))
                        .isEmpty();
    }

    private CompletionStage<Void> serve(SiteIdentity identity) {
        registry.add(catalog(identity));
        String site = settings.site().name();
        ShardedReplicas replicas = ShardedReplicas.start(
                system, settings.siteNames(), registry, router -> replicaContext(identity, router));
        system.systemActorOf(
                ReplicaKeeper.create(site, replicas, registry, directory, incidents, several()),
                "holdfast-replica-keeper",
                Props.empty());
        startSiteNews();
        long clientId = new SecureRandom().nextLong();
        var config = new GatewayConfig(
                site,
                clientId,
                GatewayConfig.DEFAULT_MAX_OUTSTANDING,
                membership.reachability()::unreachable,
                System::nanoTime,
                clock::wallMillis);
        Gateway started = GatewayActors.start(system, config, directory, registry, replicas);
        gateway = Optional.of(started);
        var backend = new Backend(settings, started, registry, directory, status.source(), delay);
        return catalogIsLed().thenRun(() -> {
            grpc.serve(backend);
            system.scheduler()
                    .scheduleWithFixedDelay(
                            HEALTH_INTERVAL,
                            HEALTH_INTERVAL,
                            () -> grpc.welcome(status.welcomes()),
                            system.executionContext());
        });
    }

    private void startSiteNews() {
        String self = settings.site().self().clusterEndpoint();
        List<NodeAddress> others = siteNodes().stream()
                .filter(node -> !node.clusterEndpoint().equals(self))
                .toList();
        if (!others.isEmpty()) {
            system.systemActorOf(
                    SiteNewsActor.create(self, others, SiteNewsActor.byPath(system), registry, directory),
                    SiteNewsActor.NAME,
                    Props.empty());
        }
    }

    private ReplicaContext replicaContext(SiteIdentity identity, ReplicaRouter router) {
        return new ReplicaContext(
                settings.site().name(),
                new StorageIdentity(identity.identity(), leases.isPresent() ? drawn -> {} : membership::storageBecomes),
                several(),
                leases.map(it -> Tenancy.leased(it, identity.identity(), new SecureRandom()::nextLong))
                        .orElse(Tenancy.SOLE),
                (definition, partition) -> CoreSettings.of(settings, definition, partition),
                router,
                directory,
                membership.reachability(),
                incidents,
                clock,
                settings.tolerance().stretch(ReplicaContext.USUAL_PEER_SILENCE),
                HeartbeatReceiver.start(
                        system,
                        directory,
                        settings.tolerance().stretch(settings.replication().leaseDuration())),
                lateness::patience,
                room,
                pace,
                (partition, unfinished) -> gateway.ifPresent(it -> it.finish(partition, unfinished)),
                system.dispatchers().lookup(DispatcherSelector.fromConfig(SNAPSHOT_DISPATCHER)),
                quarantined,
                settings.replication().returnLeadershipAfter());
    }

    /** The catalog's definition follows from the genesis, so that all sites have the same without having to ask. */
    private KeyspaceDefinition catalog(SiteIdentity identity) {
        var membership = identity.genesis().membership();
        int tolerates = (membership.sites().size() - 1) / 2;
        return new KeyspaceDefinition(
                KeyspaceDefinition.CATALOG,
                1,
                tolerates,
                KeyspaceDefinition.CATALOG_HISTORY_MILLIS,
                KeyspaceDefinition.CATALOG_RETENTION_MILLIS,
                membership.sites().stream().toList(),
                membership);
    }

    private CompletionStage<Void> catalogIsLed() {
        return until(
                () -> directory.leaderOf(KeyspaceDefinition.CATALOG_PARTITION).isPresent());
    }

    private CompletionStage<Void> until(BooleanSupplier condition) {
        return delay.until(condition, System.nanoTime() + Duration.ofDays(365).toNanos())
                .thenAccept(held -> {});
    }

    private void storageChanged(StorageHealth health) {
        String subject = health.place();
        switch (health.state()) {
            case OK -> incidents.recovered("storage-failed", subject);
            case FAILED, CORRUPT ->
                incidents.report(
                        "storage-failed",
                        subject,
                        health.message(),
                        "replicas hand over and start again from their journals");
            case OPENING, CLOSED -> {}
        }
    }

    /** For tests that ask where replicas run. */
    ReplicaDirectory directory() {
        return directory;
    }

    /** For tests that ask who learns of keyspaces. */
    KeyspaceRegistry registry() {
        return registry;
    }

    /** For tests that cut links. */
    ActorSystem<?> system() {
        return system;
    }

    /** Completes when the node serves; fails if it never will. */
    public CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    /** Completes when everything has ended, also when the others have removed this node. */
    public CompletionStage<Void> terminated() {
        return terminated.minimalCompletionStage();
    }

    /** Ends everything at once, as a crash would: nothing is handed over and nobody is told. For tests. */
    void kill() {
        grpc.stop(Duration.ZERO);
        status.close();
        system.terminate();
    }

    /** Hands leaders over, ends calls, leaves the cluster; {@link #terminated} tells when that is done. */
    public void stop() {
        CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason());
    }
}
