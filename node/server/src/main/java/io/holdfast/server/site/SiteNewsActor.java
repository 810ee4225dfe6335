package io.holdfast.server.site;

import io.holdfast.config.NodeAddress;
import io.holdfast.config.PekkoConfig;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import io.holdfast.server.catalog.KeyspaceCodec;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Tells the other nodes of the site who leads the partitions of this node's replicas, and which keyspaces there are: at once when it changes,
 * and again every {@link #INTERVAL}, because a message may be lost and a node may be new. All of it are hints or facts that never change.
 */
public final class SiteNewsActor extends AbstractBehavior<SiteNewsMessage> {
    /** Below {@code /system} on each node. */
    public static final String NAME = "holdfast-site-news";

    /** What was heard of a leader counts for so long: two messages may be lost. */
    public static final Duration FRESH = Duration.ofMillis(1500);

    static final Duration INTERVAL = Duration.ofMillis(500);

    /** At some 50 and 300 bytes each, a message stays far below the largest between nodes. */
    private static final int LEADERS_A_MESSAGE = 2000;

    private static final int DEFINITIONS_A_MESSAGE = 200;

    private final String self;
    private final List<NodeAddress> others;
    private final BiConsumer<NodeAddress, SiteNews> send;
    private final KeyspaceRegistry registry;
    private final ReplicaDirectory directory;
    private final Map<String, Integer> known = new HashMap<>();

    /** From this node itself. */
    sealed interface Event extends SiteNewsMessage {}

    private record Changed(PartitionId partition) implements Event {}

    private record KeyspaceCame() implements Event {}

    private record Tick() implements Event {}

    private SiteNewsActor(
            ActorContext<SiteNewsMessage> context,
            String self,
            List<NodeAddress> others,
            BiConsumer<NodeAddress, SiteNews> send,
            KeyspaceRegistry registry,
            ReplicaDirectory directory) {
        super(context);
        this.self = self;
        this.others = others;
        this.send = send;
        this.registry = registry;
        this.directory = directory;
    }

    /**
     * @param self host:port of this node between nodes
     * @param others the other nodes of this site
     * @param send may lose messages; must not block
     */
    public static Behavior<SiteNewsMessage> create(
            String self,
            List<NodeAddress> others,
            BiConsumer<NodeAddress, SiteNews> send,
            KeyspaceRegistry registry,
            ReplicaDirectory directory) {
        Behavior<SiteNewsMessage> news = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            directory.onLeader(partition -> context.getSelf().tell(new Changed(partition)));
            registry.onKeyspace(definition -> context.getSelf().tell(new KeyspaceCame()));
            timers.startTimerWithFixedDelay(new Tick(), INTERVAL);
            return new SiteNewsActor(context, self, others, send, registry, directory);
        }));
        // The next message says again what one that failed has not.
        return Behaviors.supervise(news).onFailure(SupervisorStrategy.resume());
    }

    /** Sends to the actor of a node by its path: there is no need to know the node before. */
    public static BiConsumer<NodeAddress, SiteNews> byPath(ActorSystem<?> system) {
        return (node, news) -> system.classicSystem()
                .actorSelection("pekko://" + PekkoConfig.SYSTEM_NAME + "@" + node.clusterEndpoint() + "/system/" + NAME)
                .tell(news, org.apache.pekko.actor.ActorRef.noSender());
    }

    @Override
    public Receive<SiteNewsMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(SiteNews.class, this::heard)
                .onMessage(
                        Changed.class,
                        changed -> tell(leaders(
                                directory.find(changed.partition()).stream().toList())))
                .onMessage(KeyspaceCame.class, came -> tell(List.of()))
                .onMessage(Tick.class, tick -> tell(leaders(directory.all())))
                .build();
    }

    private Behavior<SiteNewsMessage> tell(List<SiteNews.Leader> leaders) {
        for (NodeAddress other : others) {
            int from = 0;
            do {
                int to = Math.min(leaders.size(), from + LEADERS_A_MESSAGE);
                send.accept(other, news(leaders.subList(from, to), List.of()));
                from = to;
            } while (from < leaders.size());
            tellKeyspaces(other);
        }
        return this;
    }

    private void tellKeyspaces(NodeAddress other) {
        Collection<KeyspaceDefinition> all = registry.userKeyspaces();
        if (known.getOrDefault(other.clusterEndpoint(), all.size()) >= all.size()) {
            return;
        }
        List<byte[]> definitions = all.stream()
                .map(definition -> KeyspaceCodec.encode(definition).unsafeArray())
                .toList();
        for (int from = 0; from < definitions.size(); from += DEFINITIONS_A_MESSAGE) {
            int to = Math.min(definitions.size(), from + DEFINITIONS_A_MESSAGE);
            send.accept(other, news(List.of(), definitions.subList(from, to)));
        }
    }

    private SiteNews news(List<SiteNews.Leader> leaders, List<byte[]> definitions) {
        Map<String, Long> voters = directory
                .membershipOf(KeyspaceDefinition.CATALOG_PARTITION)
                .map(membership -> membership.identities().entrySet().stream()
                        .collect(Collectors.toMap(each -> each.getKey().name(), Map.Entry::getValue)))
                .orElse(Map.of());
        return new SiteNews(self, registry.userKeyspaces().size(), leaders, definitions, voters);
    }

    private static List<SiteNews.Leader> leaders(Collection<ReplicaDirectory.Local> replicas) {
        var leaders = new ArrayList<SiteNews.Leader>();
        for (ReplicaDirectory.Local local : replicas) {
            Optional<SiteId> leader = local.view().leader();
            leader.ifPresent(site -> leaders.add(new SiteNews.Leader(
                    local.partition().keyspace(), local.partition().number(), site.name())));
        }
        return leaders;
    }

    private Behavior<SiteNewsMessage> heard(SiteNews news) {
        known.put(news.from(), news.keyspaces());
        news.definitions().forEach(bytes -> registry.add(KeyspaceCodec.decode(Bytes.wrap(bytes))));
        news.leaders()
                .forEach(leader -> directory.heard(
                        new PartitionId(leader.keyspace(), leader.partition()), new SiteId(leader.site())));
        if (!news.catalogVoters().isEmpty()) {
            var identities = new TreeMap<SiteId, Long>();
            news.catalogVoters().forEach((site, identity) -> identities.put(new SiteId(site), identity));
            directory.heardOfCatalog(Membership.of(identities));
        }
        return this;
    }
}
