package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.persistence.PluginFutures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
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
 * each move, with the shard out of reach.
 */
final class HandOverBeforeMoving implements ActorSystemDependentAllocationStrategy {
    private final SiteId site;
    private final ShardAllocationStrategy spread;
    private final Function<PartitionId, Optional<SiteId>> leaderOf;
    private final BooleanSupplier allSitesThere;
    private final ReplicaRouter router;

    /**
     * @param spread decides which shards should move
     * @param leaderOf the site that leads a partition as far as this node knows
     * @param allSitesThere whether no other site seems lost
     */
    HandOverBeforeMoving(
            String site,
            ShardAllocationStrategy spread,
            Function<PartitionId, Optional<SiteId>> leaderOf,
            BooleanSupplier allSitesThere,
            ReplicaRouter router) {
        this.site = new SiteId(site);
        this.spread = spread;
        this.leaderOf = leaderOf;
        this.allSitesThere = allSitesThere;
        this.router = router;
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
        CompletionStage<scala.collection.immutable.Set<String>> moving = PluginFutures.asJava(
                        spread.rebalance(currentShardAllocations, rebalanceInProgress))
                .thenApply(proposed -> CollectionConverters.asScala(movable(CollectionConverters.asJava(proposed)))
                        .toSet());
        return PluginFutures.asScala(moving);
    }

    Set<String> movable(Set<String> proposed) {
        var movable = new HashSet<String>();
        if (!allSitesThere.getAsBoolean()) {
            return movable;
        }
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
