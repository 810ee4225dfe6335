package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.txn.Unfinished;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.membership.IncidentLog;
import io.holdfast.server.membership.SiteReachability;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;

/**
 * What the replicas of one node share.
 *
 * @param site this node's
 * @param identity what a replica takes that has never written
 * @param moves whether sharding may move replicas to other nodes of this site
 * @param tenancy how this node's replicas become the only ones of their partition at this site
 * @param configOf the core's settings for a partition
 * @param router to the replicas of all sites
 * @param clock is told what leaders find out about this node's wall clock
 * @param peerSilence a peer that has said nothing for so long is looked for anew
 * @param heartbeats to other nodes' replicas
 * @param patience how much longer than usual the silence of others must last, as this node is late itself
 * @param room is told what each replica takes, and says whether there is room for more
 * @param pace is told how long journals take to write, and says whether leaders should hand over for it
 * @param finisher brings transactions to their end that nobody else has; must not block
 * @param background for work that would hold up a replica: encoding and decoding images
 * @param quarantined partitions whose replica broke an invariant: they do not start again in this process
 * @param returnLeadershipAfter a leader hands over to the preferred site when that has been well for so long
 */
public record ReplicaContext(
        String site,
        StorageIdentity identity,
        boolean moves,
        Tenancy tenancy,
        BiFunction<KeyspaceDefinition, PartitionId, PartitionConfig> configOf,
        ReplicaRouter router,
        ReplicaDirectory directory,
        SiteReachability reachability,
        IncidentLog incidents,
        NodeClock clock,
        Duration peerSilence,
        HeartbeatPost heartbeats,
        Supplier<Duration> patience,
        DataRoom room,
        StoragePace pace,
        BiConsumer<PartitionId, Unfinished> finisher,
        Executor background,
        Set<PartitionId> quarantined,
        Duration returnLeadershipAfter) {
    /** Six heartbeats as they usually are. */
    public static final Duration USUAL_PEER_SILENCE = Duration.ofMillis(300);

    /** The site of a node; empty if it is none of the settings. Slow. */
    Optional<SiteId> siteOf(Address node) {
        if (node.hasLocalScope()) {
            return Optional.of(new SiteId(site));
        }
        String endpoint = node.getHost().orElse("") + ":" + node.getPort().orElse(0);
        return reachability.nodes().keySet().stream()
                .filter(each -> endpoint.equals(each.clusterEndpoint()))
                .map(each -> new SiteId(each.site()))
                .findFirst();
    }
}
