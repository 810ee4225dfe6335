package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.Role;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Keeps this site's replicas alive by pings: they must vote and follow although nobody writes to them (DESIGN 2). A ping starts a
 * replica that is not running and costs one that is next to nothing.
 */
public final class ReplicaKeeper extends AbstractBehavior<ReplicaKeeper.Command> {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /**
     * A node that was given up is out of sharding's tables some tenths of a second later, at each node at another time. Its replicas are away meanwhile, so
     * the first ping that finds a new home for them should not be long in coming.
     */
    private static final Duration HURRIED_INTERVAL = Duration.ofMillis(200);

    private static final Duration HURRY = Duration.ofSeconds(5);

    private final TimerScheduler<Command> timers;
    private final String site;
    private final ReplicaRouter router;
    private final ReplicaDirectory directory;
    private final IncidentLog incidents;
    private final boolean several;
    private final List<PartitionId> kept = new ArrayList<>();

    /** What the keeper is told. */
    public sealed interface Command {}

    /** A keyspace has come. */
    public record Keep(KeyspaceDefinition definition) implements Command {}

    /** A node has gone. If it was of this site its replicas want starting on others. */
    record NodeGone(String site) implements Command {}

    private record Ping() implements Command {}

    private enum Timer {
        PING,
        HURRIED_PING,
        CALM
    }

    private record Calm() implements Command {}

    /**
     * @param router to this site's replicas
     * @param incidents is told when a lost storage has been rebuilt
     * @param several whether the site has other nodes
     */
    public static Behavior<Command> create(
            String site,
            ReplicaRouter router,
            KeyspaceRegistry registry,
            ReplicaDirectory directory,
            IncidentLog incidents,
            boolean several) {
        Behavior<Command> keeper = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            registry.onKeyspace(definition -> context.getSelf().tell(new Keep(definition)));
            timers.startTimerWithFixedDelay(Timer.PING, new Ping(), INTERVAL);
            if (several) {
                hearOfLeavers(context);
            }
            return new ReplicaKeeper(context, timers, site, router, directory, incidents, several);
        }));
        // Without it nobody would start replicas here any more: what one ping could not do the next one does.
        return Behaviors.supervise(keeper).onFailure(SupervisorStrategy.resume());
    }

    private static void hearOfLeavers(ActorContext<Command> context) {
        ActorRef<MemberRemoved> leavers = context.messageAdapter(
                MemberRemoved.class, removed -> new NodeGone(removed.member().dataCenter()));
        Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(leavers, MemberRemoved.class));
    }

    private ReplicaKeeper(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String site,
            ReplicaRouter router,
            ReplicaDirectory directory,
            IncidentLog incidents,
            boolean several) {
        super(context);
        this.timers = timers;
        this.site = site;
        this.router = router;
        this.directory = directory;
        this.incidents = incidents;
        this.several = several;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Keep.class, keep -> keep(keep.definition()))
                .onMessage(Ping.class, ping -> pingAll())
                .onMessage(NodeGone.class, gone -> nodeGone(gone.site()))
                .onMessage(Calm.class, calm -> calm())
                .build();
    }

    private Behavior<Command> keep(KeyspaceDefinition definition) {
        if (definition.sites().contains(new SiteId(site))) {
            List<PartitionId> partitions = definition.partitionIds();
            kept.addAll(partitions);
            partitions.forEach(this::ping);
        }
        return this;
    }

    private Behavior<Command> pingAll() {
        kept.forEach(this::ping);
        List<ReplicaDirectory.Local> here =
                kept.stream().map(directory::find).flatMap(Optional::stream).toList();
        List<ReplicaDirectory.Local> voters =
                here.stream().filter(local -> votes(local.view())).toList();
        voters.forEach(this::hasBeenRebuilt);
        if (voters.size() == here.size() && isAll(here)) {
            incidents.recovered("storage-replaced", site);
            incidents.recovered("storage-rolled-back", site);
        }
        return this;
    }

    /** Until it votes again a copy is missing, whatever its journals have shown. */
    private void hasBeenRebuilt(ReplicaDirectory.Local local) {
        incidents.recovered("two-writers", local.partition().toString());
    }

    private Behavior<Command> nodeGone(String siteOfNode) {
        if (siteOfNode.equals(site)) {
            timers.startTimerWithFixedDelay(Timer.HURRIED_PING, new Ping(), HURRIED_INTERVAL);
            timers.startSingleTimer(Timer.CALM, new Calm(), HURRY);
        }
        return this;
    }

    private Behavior<Command> calm() {
        timers.cancel(Timer.HURRIED_PING);
        return this;
    }

    private void ping(PartitionId partition) {
        router.tell(site, new ReplicaEnvelope(partition, new ReplicaMessage.KeepAlive()));
    }

    /**
     * Whether these are all replicas of this node, and of the site if it has no other node. The catalog's is rebuilt first, or nobody here would know of the
     * others: once it has been admitted it holds every keyspace, and they are kept before the next ping.
     */
    private boolean isAll(List<ReplicaDirectory.Local> here) {
        return !here.isEmpty() && (several || here.size() == kept.size());
    }

    /** Whether it has heard of a leader and votes: before it has heard of one nobody has told it that its storage has gone back. */
    private static boolean votes(PartitionView view) {
        return view.role() != Role.LEARNER && view.leader().isPresent();
    }
}
