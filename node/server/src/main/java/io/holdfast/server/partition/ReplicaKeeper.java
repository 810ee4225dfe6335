package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Role;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Keeps this site's replicas alive by pings: they must vote and follow although nobody writes to them (DESIGN 2). A ping starts a
 * replica that is not running and costs one that is next to nothing.
 */
public final class ReplicaKeeper {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private ReplicaKeeper() {}

    /** What the keeper is told. */
    public sealed interface Command {}

    /** A keyspace has come. */
    public record Keep(KeyspaceDefinition definition) implements Command {}

    private record Ping() implements Command {}

    /**
     * @param router to this site's replicas
     * @param incidents is told when a lost storage has been rebuilt
     */
    public static Behavior<Command> create(
            String site,
            ReplicaRouter router,
            KeyspaceRegistry registry,
            ReplicaDirectory directory,
            IncidentLog incidents) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            registry.onKeyspace(definition -> context.getSelf().tell(new Keep(definition)));
            timers.startTimerWithFixedDelay(new Ping(), INTERVAL);
            return keeping(site, router, directory, incidents, new ArrayList<>());
        }));
    }

    private static Behavior<Command> keeping(
            String site,
            ReplicaRouter router,
            ReplicaDirectory directory,
            IncidentLog incidents,
            List<PartitionId> kept) {
        return Behaviors.receive(Command.class)
                .onMessage(Keep.class, keep -> {
                    if (keep.definition().sites().contains(new SiteId(site))) {
                        List<PartitionId> partitions = keep.definition().partitionIds();
                        kept.addAll(partitions);
                        ping(site, router, partitions);
                    }
                    return Behaviors.same();
                })
                .onMessage(Ping.class, ping -> {
                    ping(site, router, kept);
                    if (allAdmitted(directory, kept)) {
                        incidents.recovered("storage-replaced", site);
                    }
                    return Behaviors.same();
                })
                .build();
    }

    /**
     * Whether all replicas vote. The catalog's is rebuilt first, or nobody here would know of the others: once it has been
     * admitted it holds every keyspace, and they are kept before the next ping.
     */
    private static boolean allAdmitted(ReplicaDirectory directory, List<PartitionId> kept) {
        return !kept.isEmpty()
                && kept.stream().allMatch(partition -> directory
                        .find(partition)
                        .filter(local -> local.view().role() != Role.LEARNER)
                        .isPresent());
    }

    private static void ping(String site, ReplicaRouter router, List<PartitionId> partitions) {
        partitions.forEach(
                partition -> router.tell(site, new ReplicaEnvelope(partition, new ReplicaMessage.KeepAlive())));
    }
}
