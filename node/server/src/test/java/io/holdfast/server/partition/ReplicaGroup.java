package io.holdfast.server.partition;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.membership.Hints;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.Awaitility;

/** One partition's replicas, each in an actor system and with a journal of its own; messages are handed over directly. */
final class ReplicaGroup implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final PartitionId partition;
    private final JournalKind journals;
    private final List<String> sites;
    private final KeyspaceDefinition definition;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private long nextId;

    /** What a node sent to others, and when. */
    record Sent(String node, long nanos) {}

    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Executor> background = new ConcurrentHashMap<>();

    private record Running(
            ActorSystem<ReplicaMessage> system,
            ReplicaDirectory directory,
            Hints hints,
            IncidentLog incidents,
            DataRoom room,
            StoragePace pace) {}

    /** Of a partition that no other group has: several may use one storage after each other. */
    ReplicaGroup(JournalKind journals, List<String> sites) {
        this(journals, "shop" + NAMES.incrementAndGet(), sites);
    }

    ReplicaGroup(JournalKind journals, String keyspace, List<String> sites) {
        this.partition = new PartitionId(keyspace, 0);
        this.journals = journals;
        this.sites = sites;
        var identities = new TreeMap<SiteId, Long>();
        sites.forEach(site -> identities.put(new SiteId(site), identity(site)));
        this.definition = new KeyspaceDefinition(
                partition.keyspace(),
                1,
                1,
                5_000,
                600_000,
                sites.stream().map(SiteId::new).toList(),
                new Membership(identities));
    }

    private long identity(String site) {
        return 100 + sites.indexOf(site);
    }

    PartitionId partition() {
        return partition;
    }

    List<String> sites() {
        return sites;
    }

    void start(String site) {
        start(site, identity(site));
    }

    /** @param identity of its storage; another one than before is a replica that has lost it */
    void start(String site, long identity) {
        start(site, identity, Tenancy.SOLE);
    }

    PartitionConfig config() {
        return CoreSettings.of(settings("a"), definition, partition());
    }

    List<Sent> sent() {
        return sent;
    }

    IncidentLog incidents(String node) {
        return running.get(node).incidents();
    }

    ActorSystem<ReplicaMessage> system(String node) {
        return running.get(node).system();
    }

    /** Its time passes only as a test lets it. */
    StoragePace pace(String node) {
        return running.get(node).pace();
    }

    WorkMemory work(String node) {
        return running.get(node).room().work();
    }

    void start(String node, Tenancy tenancy) {
        start(node, identity(node.substring(0, 1)), tenancy);
    }

    /** @param node named by its site, and by more if the site has several */
    private void start(String node, long identity, Tenancy tenancy) {
        String site = node.substring(0, 1);
        var incidents = new IncidentLog(System::currentTimeMillis);
        var directory = new ReplicaDirectory();
        var hints = new Hints();
        var room = new DataRoom(1L << 30, new DataMemory(site, Long.MAX_VALUE, incidents), DataDisk.unwatched());
        var pace = new StoragePace(site, Duration.ofHours(1), incidents);
        HoldfastSettings settings = settings(site);
        var context = new ReplicaContext(
                site,
                new StorageIdentity(identity, drawn -> {}),
                false,
                tenancy,
                (keyspace, partition) -> CoreSettings.of(settings, keyspace, partition),
                (to, envelope, sender) -> {
                    sent.add(new Sent(node, System.nanoTime()));
                    running.forEach((name, it) -> {
                        if (name.startsWith(to)) {
                            it.system().tell(envelope.message());
                        }
                    });
                },
                directory,
                hints,
                incidents,
                new NodeClock(site, incidents),
                ReplicaContext.USUAL_PEER_SILENCE,
                new HeartbeatPost(Duration.ofMillis(300), (to, lost) -> {}, (after, task) -> {}, System::nanoTime),
                () -> Duration.ZERO,
                room,
                pace,
                (partition, unfinished) -> {},
                task -> background.getOrDefault(node, ForkJoinPool.commonPool()).execute(task),
                ConcurrentHashMap.newKeySet(),
                Duration.ofHours(1));
        ActorSystem<ReplicaMessage> system = ActorSystem.create(
                PartitionReplica.create(partition, definition, context, ReplicaObserver.NONE),
                "site-" + site,
                config(site));
        running.put(node, new Running(system, directory, hints, incidents, room, pace));
    }

    /** An actor system beside those of the replicas, on the same journal. */
    ActorSystem<Void> onJournalOf(String site) {
        return ActorSystem.create(Behaviors.empty(), "beside-" + site, config(site));
    }

    org.apache.pekko.actor.ActorSystem classicSystem(String node) {
        return running.get(node).system().classicSystem();
    }

    private Config config(String site) {
        return ConfigFactory.parseMap(Map.of(
                        "pekko.actor.provider", "local",
                        "pekko.loglevel", "WARNING"))
                .withFallback(journals.of(site))
                .withFallback(ConfigFactory.load());
    }

    private HoldfastSettings settings(String site) {
        var text = new StringBuilder("site { name = " + site + ", data-dir = unused }\n");
        text.append("replication { log-tail-bytes = 256KiB, snapshot-log-bytes = 1MiB }\n");
        for (String each : sites) {
            int port = 20_000 + 10 * sites.indexOf(each);
            text.append("sites.")
                    .append(each)
                    .append(" { hosts = [\"127.0.0.1\"], port = ")
                    .append(port)
                    .append(" }\n");
        }
        return HoldfastSettings.parse(text.toString(), "test");
    }

    /** Ends a site's actor system, without any goodbye of the protocol. */
    void kill(String site) {
        Running gone = running.remove(site);
        gone.system().terminate();
        gone.system().getWhenTerminated().toCompletableFuture().join();
    }

    /** Who does from now on what a node does beside its replica. */
    void background(String node, Executor executor) {
        background.put(node, executor);
    }

    /** As if another replica had sent it. */
    void tell(String node, ReplicaMessage message) {
        running.get(node).system().tell(message);
    }

    /** Whether its replica has stopped for good. */
    boolean ended(String node) {
        return running.get(node)
                .system()
                .getWhenTerminated()
                .toCompletableFuture()
                .isDone();
    }

    void unreachable(String site) {
        running.values().forEach(it -> it.hints().tell(new SiteId(site), false));
    }

    Optional<PartitionView> view(String site) {
        return Optional.ofNullable(running.get(site))
                .flatMap(it -> it.directory().find(partition))
                .map(ReplicaDirectory.Local::view);
    }

    String awaitLeader() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> running.keySet().stream()
                                .filter(site -> view(site)
                                        .filter(view -> view.role() == Role.LEADER)
                                        .isPresent())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    String otherThan(String site) {
        return sites.stream().filter(it -> !it.equals(site)).findFirst().orElseThrow();
    }

    /** Asks whoever leads; empty if there was no answer in time. */
    Optional<Reply> ask(BiFunction<Long, ActorRef<ReplicaReply>, ReplicaMessage> request) {
        long id = ++nextId;
        ActorSystem<ReplicaMessage> leader = running.get(awaitLeader()).system();
        CompletableFuture<ReplicaReply> asked = AskPattern.<ReplicaMessage, ReplicaReply>ask(
                        leader, replyTo -> request.apply(id, replyTo), Duration.ofSeconds(1), leader.scheduler())
                .toCompletableFuture();
        try {
            return Optional.of(asked.get(1, TimeUnit.SECONDS).reply());
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Map.copyOf(running).keySet().forEach(this::kill);
    }
}
