package io.holdfast.server.partition;

import com.typesafe.config.Config;
import io.holdfast.server.catalog.CatalogObserver;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * The replicas of all sites, each site's under its own Cluster Sharding: this site's run here, those of the others are reached
 * through proxies. One partition is one shard is one entity.
 */
public final class ShardedReplicas implements ReplicaRouter {
    private static final EntityTypeKey<ReplicaMessage> TYPE = EntityTypeKey.create(ReplicaMessage.class, "replica");

    private final Map<String, ActorRef<ReplicaEnvelope>> regions = new ConcurrentHashMap<>();

    /** For how long no node of any site must have come or gone before replicas move between those of this one. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private ShardedReplicas() {}

    /**
     * Must be called once a node, when it is a member of the cluster.
     *
     * @param contextOf gets this router as its own
     */
    public static ShardedReplicas start(
            ActorSystem<?> system,
            List<String> sites,
            KeyspaceRegistry registry,
            Function<ReplicaRouter, ReplicaContext> contextOf) {
        var replicas = new ShardedReplicas();
        ReplicaContext context = contextOf.apply(replicas);
        // This site's own comes last: as soon as it is there, replicas may run and write to all the others.
        List<String> ownLast = sites.stream()
                .sorted(Comparator.comparing(site -> site.equals(context.site())))
                .toList();
        for (String site : ownLast) {
            Entity<ReplicaMessage, ReplicaEnvelope> entity = Entity.of(
                            TYPE, start -> replica(PartitionId.parse(start.getEntityId()), registry, context))
                    .withMessageExtractor(new ByPartition())
                    .withStopMessage(new ReplicaEvent.Leave())
                    .withAllocationStrategy(replicas.spreading(system, context))
                    .withDataCenter(site);
            replicas.regions.put(site, ClusterSharding.get(system).init(entity));
        }
        return replicas;
    }

    private HandOverBeforeMoving spreading(ActorSystem<?> system, ReplicaContext context) {
        Config config = system.settings().config().getConfig("pekko.cluster.sharding.least-shard-allocation-strategy");
        var spread = ShardCoordinator.ShardAllocationStrategy$.MODULE$.leastShardAllocationStrategy(
                config.getInt("rebalance-absolute-limit"), config.getDouble("rebalance-relative-limit"));
        return new HandOverBeforeMoving(
                context.site(),
                spread,
                context.directory()::leaderOf,
                context.reachability(),
                this,
                SETTLED,
                System::nanoTime);
    }

    /** A partition of a keyspace that this site has not heard of yet, or that broke an invariant, has no replica here. */
    private static Behavior<ReplicaMessage> replica(
            PartitionId partition, KeyspaceRegistry registry, ReplicaContext context) {
        if (context.quarantined().contains(partition)) {
            return Behaviors.stopped();
        }
        return registry.of(partition)
                .map(definition ->
                        PartitionReplica.create(partition, definition, context, observer(definition, registry)))
                .orElseGet(Behaviors::stopped);
    }

    private static ReplicaObserver observer(KeyspaceDefinition definition, KeyspaceRegistry registry) {
        boolean catalog = definition.name().equals(KeyspaceDefinition.CATALOG);
        return catalog ? new CatalogObserver(registry) : ReplicaObserver.NONE;
    }

    @Override
    public void tell(String site, ReplicaEnvelope envelope, org.apache.pekko.actor.ActorRef sender) {
        // Only what Pekko calls classic knows senders; sharding passes them on.
        Adapter.toClassic(regions.get(site)).tell(envelope, sender);
    }

    private static final class ByPartition extends ShardingMessageExtractor<ReplicaEnvelope, ReplicaMessage> {
        @Override
        public String entityId(ReplicaEnvelope envelope) {
            return envelope.partition().toString();
        }

        @Override
        public String shardId(String entityId) {
            return entityId;
        }

        @Override
        public ReplicaMessage unwrapMessage(ReplicaEnvelope envelope) {
            return envelope.message();
        }
    }
}
