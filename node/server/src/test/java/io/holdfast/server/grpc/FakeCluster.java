package io.holdfast.server.grpc;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.store.Query;
import io.holdfast.server.catalog.KeyspaceCodec;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Gateway;
import io.holdfast.server.gateway.GatewayActors;
import io.holdfast.server.gateway.GatewayConfig;
import io.holdfast.server.partition.Directories;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.v1.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A real gateway before replicas that are only stores: enough of a cluster to call a node's services. Site b leads everything. */
final class FakeCluster implements AutoCloseable {
    static final String SETTINGS =
            """
            site { name = a, data-dir = "unused" }
            transaction.commit-timeout = 2s
            sites.a { hosts = ["127.0.0.1"], port = 21000 }
            sites.b { hosts = ["127.0.0.1"], port = 21010 }
            sites.c { hosts = ["127.0.0.1"], port = 21020 }
            """;

    final ActorTestKit kit = ActorTestKit.create();
    final HoldfastSettings settings = HoldfastSettings.parse(SETTINGS, "test");
    final ReplicaDirectory directory = new ReplicaDirectory();
    final KeyspaceRegistry registry = new KeyspaceRegistry();
    final List<ReplicaMessage> received = new CopyOnWriteArrayList<>();
    final AtomicInteger pagesAsked = new AtomicInteger();
    final Gateway gateway;
    final Backend backend;
    /** Messages that it holds for are neither carried out nor answered. */
    volatile Predicate<ReplicaMessage> swallow = message -> false;
    /** What the status actor would answer. */
    volatile CompletableFuture<Status> status = CompletableFuture.completedFuture(
            Status.newBuilder().setLocalSite("a").build());
    /** What all requests are refused with. */
    volatile Optional<Reply.Refusal> refusal = Optional.empty();

    private final Map<PartitionId, PartitionStore> stores = new ConcurrentHashMap<>();
    private final HybridClock clock = new HybridClock(0);

    FakeCluster() {
        var config = new GatewayConfig("a", 77, 20_000, Set::of, System::nanoTime, System::currentTimeMillis);
        gateway = GatewayActors.start(
                kit.system(), config, directory, registry, (site, envelope, sender) -> deliver(site, envelope));
        backend = new Backend(settings, gateway, registry, directory, () -> status, (duration, task) -> kit.system()
                .scheduler()
                .scheduleOnce(duration, task, kit.system().executionContext()));
        leads(KeyspaceDefinition.CATALOG_PARTITION, "b");
    }

    KeyspaceDefinition keyspace(String name, int partitions) {
        var definition = new KeyspaceDefinition(
                name,
                partitions,
                1,
                5000,
                600_000,
                Directories.sites("a", "b", "c"),
                Directories.membership("a", "b", "c"));
        learn(definition);
        return definition;
    }

    private void learn(KeyspaceDefinition definition) {
        registry.add(definition);
        definition.partitionIds().forEach(partition -> leads(partition, "b"));
    }

    void leads(PartitionId partition, String site) {
        ActorRef<ReplicaMessage> local = directory
                .find(partition)
                .map(ReplicaDirectory.Local::replica)
                .orElseGet(() -> kit.spawn(Behaviors.receiveMessage(message -> {
                    deliver("a", new ReplicaEnvelope(partition, message));
                    return Behaviors.same();
                })));
        Directories.put(directory, partition, local, Directories.follower(site, "a", "b", "c"));
    }

    private void deliver(String site, ReplicaEnvelope envelope) {
        ReplicaMessage message = envelope.message();
        received.add(message);
        if (message instanceof ReplicaMessage.Transfer transfer) {
            leads(envelope.partition(), transfer.toSite().isEmpty() ? "c" : transfer.toSite());
        }
        if (swallow.test(message)) {
            return;
        }
        if (message instanceof ReplicaMessage.Write write) {
            write.replyTo().tell(new ReplicaReply(envelope.partition(), site, write(envelope.partition(), write)));
        } else if (message instanceof ReplicaMessage.Read read) {
            read.replyTo().tell(new ReplicaReply(envelope.partition(), site, read(envelope.partition(), read)));
        }
    }

    private synchronized Reply write(PartitionId partition, ReplicaMessage.Write write) {
        if (refusal.isPresent()) {
            return new Reply.Refused(write.requestId(), refusal.get(), Optional.<SiteId>empty());
        }
        PartitionStore store = store(partition);
        long timestamp = clock.next(System.currentTimeMillis(), write.commands().size());
        var outcomes = store.apply(store.appliedIndex() + 1, timestamp, write.commands());
        if (partition.equals(KeyspaceDefinition.CATALOG_PARTITION)) {
            var all = (Query.Page) store.answer(new Query.Scan(
                    io.holdfast.core.Bytes.EMPTY, Optional.empty(), Integer.MAX_VALUE, Integer.MAX_VALUE, false));
            all.entries().forEach(entry -> learn(KeyspaceCodec.decode(entry.value())));
        }
        return new Reply.Written(write.requestId(), outcomes);
    }

    private synchronized Reply read(PartitionId partition, ReplicaMessage.Read read) {
        if (refusal.isPresent()) {
            return new Reply.Refused(read.requestId(), refusal.get(), Optional.<SiteId>empty());
        }
        read.queries().stream().filter(Query.Scan.class::isInstance).forEach(scan -> pagesAsked.incrementAndGet());
        return new Reply.Answered(
                read.requestId(),
                read.queries().stream().map(store(partition)::answer).toList());
    }

    private PartitionStore store(PartitionId partition) {
        return stores.computeIfAbsent(
                partition, id -> new PartitionStore(new PartitionStore.Limits(5000, 600_000, 50)));
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
