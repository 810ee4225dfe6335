package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.persistence.PluginFutures;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.sharding.ShardCoordinator.ActorSystemDependentAllocationStrategy;
import org.apache.pekko.cluster.sharding.ShardCoordinator.ShardAllocationStrategy;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Spreads the site's replicas over its nodes as Pekko does, but moves none that leads: such a one is asked to hand leadership to another site,
 * and moves in a later round. While a shard moves, messages to it wait, so it could not hand over any more by then.
 *
 * <p>While another site seems lost nothing moves: its partitions may need every replica there is, and Pekko would wait for the lost site to agree to
 * each move, with the shard out of reach. Nor when it has just come back: its replicas lack what was written meanwhile, so a partition whose replica
 * moves here would have no majority.
 *
 * <p>Nor do they move while the site's own nodes have come or gone a moment ago: where they are restarted one after the other, replicas that are on their
 * way would meet the next restart, at this site or another.
 */
final class HandOverBeforeMoving implements ActorSystemDependentAllocationStrategy {
    private final SiteId site;
    private final ShardAllocationStrategy spread;
    private final Function<PartitionId, Optional<SiteId>> leaderOf;
    private final BooleanSupplier sitesSteady;
    private final ReplicaRouter router;
    private final long settledNanos;
    private final LongSupplier nanos;
    // Sharding's coordinator asks one question after the other.
    private Set<?> nodes = Set.of();
    private long nodesSinceNanos;

    /**
     * @param spread decides which shards should move
     * @param leaderOf the site that leads a partition as far as this node knows
     * @param sitesSteady whether no other site seems lost, or has come back just now
     * @param settled for how long the site's nodes must have been the same
     * @param nanos a monotonic clock
     */
    HandOverBeforeMoving(
            String site,
            ShardAllocationStrategy spread,
            Function<PartitionId, Optional<SiteId>> leaderOf,
            BooleanSupplier sitesSteady,
            ReplicaRouter router,
            Duration settled,
            LongSupplier nanos) {
        this.site = new SiteId(site);
        this.spread = spread;
        this.leaderOf = leaderOf;
        this.sitesSteady = sitesSteady;
        this.router = router;
        this.settledNanos = settled.toNanos();
        this.nanos = nanos;
    }

    @Override
    public void start(ActorSystem system) {
        if (spread instanceof ActorSystemDependentAllocationStrategy dependent) {
            dependent.start(system);
        }
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> currentShardAllocations) {
        return spread.allocateShard(requester, shardId, currentShardAllocations);
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            Map<ActorRef, IndexedSeq<String>> currentShardAllocations,
            scala.collection.immutable.Set<String> rebalanceInProgress) {
        if (!mayMove(CollectionConverters.asJava(currentShardAllocations).keySet())) {
            return PluginFutures.asScala(CompletableFuture.completedFuture(asScala(Set.of())));
        }
        CompletionStage<scala.collection.immutable.Set<String>> moving = PluginFutures.asJava(
                        spread.rebalance(currentShardAllocations, rebalanceInProgress))
                .thenApply(proposed -> asScala(movable(CollectionConverters.asJava(proposed))));
        return PluginFutures.asScala(moving);
    }

    private static scala.collection.immutable.Set<String> asScala(Set<String> set) {
        return CollectionConverters.asScala(set).toSet();
    }

    /** @param nodesNow this site's, whatever stands for them */
    boolean mayMove(Set<?> nodesNow) {
        long now = nanos.getAsLong();
        if (!nodesNow.equals(nodes)) {
            nodes = Set.copyOf(nodesNow);
            nodesSinceNanos = now;
        }
        return now - nodesSinceNanos >= settledNanos && sitesSteady.getAsBoolean();
    }

    Set<String> movable(Set<String> proposed) {
        var movable = new HashSet<String>();
        for (String shard : proposed) {
            PartitionId partition = PartitionId.parse(shard);
            Optional<SiteId> leader = leaderOf.apply(partition);
            if (leader.equals(Optional.of(site))) {
                router.tell(site.name(), new ReplicaEnvelope(partition, new ReplicaMessage.Transfer("")));
            } else if (leader.isPresent()) {
                movable.add(shard);
            }
        }
        return movable;
    }
}
