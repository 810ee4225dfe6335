package io.holdfast.server.partition;

import io.holdfast.config.NodeAddress;
import io.holdfast.core.SiteId;
import io.holdfast.persistence.PluginFutures;
import io.holdfast.server.membership.NodeState;
import io.holdfast.server.membership.SiteReachability;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.sharding.ShardCoordinator.ActorSystemDependentAllocationStrategy;
import org.apache.pekko.cluster.sharding.ShardCoordinator.ShardAllocationStrategy;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Spreads the site's replicas over its nodes as Pekko does, but moves none that leads: such a one is asked to hand leadership to another site,
 * and moves in a later round. While a shard moves, messages to it wait, so it could not hand over any more by then.
 *
 * <p>While another site seems lost nothing moves: its partitions may need every replica there is, and Pekko would wait for the lost site to agree to
 * each move, with the shard out of reach. Nor before all has been quiet for a while: a site that has just come back lacks what was written meanwhile, and
 * where nodes are restarted one after the other, here or elsewhere, a replica on its way would meet the next restart. Either would leave its partition
 * without a majority.
 */
final class HandOverBeforeMoving implements ActorSystemDependentAllocationStrategy {
    private final SiteId site;
    private final ShardAllocationStrategy spread;
    private final Function<PartitionId, Optional<SiteId>> leaderOf;
    private final SiteReachability reachability;
    private final ReplicaRouter router;
    private final long settledNanos;
    private final LongSupplier nanos;
    // Sharding's coordinator asks one question after the other.
    private Seen last = new Seen(Set.of(), Map.of());
    private long lastChangeNanos;

    /**
     * @param regions of this site, whatever stands for them: a node that was added may have one before this node has heard of it in its settings
     * @param nodes those of all sites
     */
    private record Seen(Set<?> regions, Map<NodeAddress, NodeState> nodes) {}

    /**
     * @param spread decides which shards should move
     * @param leaderOf the site that leads a partition as far as this node knows
     * @param reachability of the other sites and of all nodes; looked at in each round
     * @param settled for how long the nodes must have been the same
     * @param nanos a monotonic clock
     */
    HandOverBeforeMoving(
            String site,
            ShardAllocationStrategy spread,
            Function<PartitionId, Optional<SiteId>> leaderOf,
            SiteReachability reachability,
            ReplicaRouter router,
            Duration settled,
            LongSupplier nanos) {
        this.site = new SiteId(site);
        this.spread = spread;
        this.leaderOf = leaderOf;
        this.reachability = reachability;
        this.router = router;
        this.settledNanos = settled.toNanos();
        this.nanos = nanos;
        this.lastChangeNanos = nanos.getAsLong();
    }

    @Override
    public void start(ActorSystem system) {
        if (spread instanceof ActorSystemDependentAllocationStrategy dependent) {
            dependent.start(system);
        }
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester,
            String shardId,
            scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> currentShardAllocations) {
        return spread.allocateShard(requester, shardId, currentShardAllocations);
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> currentShardAllocations,
            scala.collection.immutable.Set<String> rebalanceInProgress) {
        CompletionStage<scala.collection.immutable.Set<String>> moving = PluginFutures.asJava(
                        spread.rebalance(currentShardAllocations, rebalanceInProgress))
                .thenApply(proposed -> CollectionConverters.asScala(movable(
                                CollectionConverters.asJava(currentShardAllocations)
                                        .keySet(),
                                CollectionConverters.asJava(proposed)))
                        .toSet());
        return PluginFutures.asScala(moving);
    }

    Set<String> movable(Set<?> regions, Set<String> proposed) {
        var movable = new HashSet<String>();
        if (!quiet(new Seen(Set.copyOf(regions), reachability.nodes()))) {
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

    private boolean quiet(Seen now) {
        if (!now.equals(last)) {
            last = now;
            lastChangeNanos = nanos.getAsLong();
        }
        return nanos.getAsLong() - lastChangeNanos >= settledNanos
                && reachability.unreachable().isEmpty();
    }
}
