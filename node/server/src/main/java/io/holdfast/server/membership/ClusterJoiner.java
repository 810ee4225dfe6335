package io.holdfast.server.membership;

import io.holdfast.core.SiteId;
import io.holdfast.persistence.cassandra.CassandraStorage;
import io.holdfast.server.membership.MembershipMessage.Probe;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseRequest;
import io.holdfast.server.membership.SiteIdentityStore.Stored;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.pattern.BackoffOpts;
import org.apache.pekko.pattern.BackoffSupervisor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this node into the one cluster, in place of Pekko's seed nodes: it asks all nodes of the settings, again and again, where
 * they stand, and follows {@link GenesisRule} and {@link JoinRule}. As a member it goes on asking, for
 * {@link HoldfastDowningProvider} and {@link IslandRule}. It decides at each answer, and at least once a probe interval.
 */
final class ClusterJoiner extends AbstractActorWithTimers {
    /** Below {@code /system}, because the user's guardian of a typed system takes no children from outside. */
    static final String NAME = "holdfast-joiner";

    private static final Logger LOG = LoggerFactory.getLogger(ClusterJoiner.class);
    private static final double STORAGE_RETRY_JITTER = 0.1;

    private final Context context;
    private final MembershipTimes times;
    private final Cluster cluster;
    private final Incarnation self;
    private final Neighbours neighbours;
    private final GenesisRule genesisRule;
    private final JoinRule joinRule;
    private final MemberRound memberRound;
    private Optional<Stored> stored = Optional.empty();
    private ActorRef store = ActorRef.noSender();
    private boolean adopting;
    private boolean refused;
    private Optional<String> target = Optional.empty();
    private long nextWaitingLog;

    /**
     * What outlives a restart of the actor, and what it is given.
     *
     * @param ready completed here
     * @param nanos monotonic
     */
    record Context(
            Topology topology,
            Candidacy candidacy,
            IncidentLog incidents,
            CompletableFuture<SiteIdentity> ready,
            LongSupplier random,
            LongSupplier nanos) {}

    private enum Tick {
        PROBE
    }

    private ClusterJoiner(Context context) {
        this.context = context;
        times = MembershipTimes.of(getContext().getSystem().settings().config());
        cluster = Cluster.get(getContext().getSystem());
        self = Incarnation.of(cluster.selfUniqueAddress());
        neighbours = new Neighbours(context.topology(), times.answerValidity().toNanos());
        genesisRule = new GenesisRule(context.topology());
        joinRule = new JoinRule(context.topology());
        memberRound = new MemberRound(
                getContext().getSystem(), context.topology(), context.incidents(), times.islandRounds());
        nextWaitingLog = now() + times.waitingLogInterval().toNanos() / 5;
    }

    static Props props(Context context) {
        return Props.create(ClusterJoiner.class, () -> new ClusterJoiner(context));
    }

    @Override
    public void preStart() {
        Props props = CassandraStorage.isUsedBy(getContext().getSystem())
                ? KeyspaceIdentityStore.props(getSelf(), context.incidents(), site())
                : SiteIdentityStore.props(getSelf(), context.random(), context.incidents(), site());
        store = getContext()
                .actorOf(
                        BackoffSupervisor.props(BackoffOpts.onStop(
                                props,
                                "site-identity",
                                times.storageRetryMin(),
                                times.storageRetryMax(),
                                STORAGE_RETRY_JITTER)),
                        "storage");
        probe();
        getTimers().startTimerWithFixedDelay(Tick.PROBE, Tick.PROBE, times.probeInterval());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .matchEquals(Tick.PROBE, tick -> round())
                .match(Probe.class, probe -> getSender().tell(answer(probe), getSelf()))
                .match(ProbeAnswer.class, this::heard)
                .match(PromiseRequest.class, this::promise)
                .match(PromiseAnswer.class, this::promised)
                .match(Stored.class, this::stored)
                .match(SiteIdentityStore.Become.class, become -> store.tell(become, getSelf()))
                .build();
    }

    private long now() {
        return context.nanos().getAsLong();
    }

    private String site() {
        return context.topology().site();
    }

    // The storage.

    private void stored(Stored now) {
        if (stored.flatMap(Stored::genesis).isEmpty() && now.genesis().isPresent()) {
            LOG.info(
                    "This site's storage {} belongs to the cluster {}",
                    String.format(Locale.ROOT, "%016x", now.identity()),
                    now.genesis().get().name());
        }
        if (adopting) {
            now.genesis().ifPresent(genesis -> reportReplaced(genesis, now.identity()));
        }
        stored = Optional.of(now);
        adopting = false;
        decide();
    }

    /** Only on adoption: at later starts of the same storage it is no news. */
    private void reportReplaced(Genesis genesis, long identity) {
        String site = site();
        Long founding = genesis.identities().get(new SiteId(site));
        if (founding == null || founding != identity) {
            String evidence = String.format(
                    Locale.ROOT,
                    "storage %016x is not %s, with which the cluster %s was founded",
                    identity,
                    founding == null ? "any" : String.format(Locale.ROOT, "%016x", founding),
                    genesis.name());
            context.incidents().report("storage-replaced", site, evidence, "its replicas are rebuilt from the leaders");
            LOG.warn("Site {}: {}. Its replicas are rebuilt from the other sites", site, evidence);
        }
    }

    // The talk with the others.

    private void probe() {
        toOthers(new Probe(now()));
    }

    private void toOthers(MembershipMessage message) {
        for (String address : context.topology().nodes().keySet()) {
            if (!address.equals(self.address())) {
                getContext().actorSelection(address + "/system/" + NAME).tell(message, getSelf());
            }
        }
    }

    private ProbeAnswer answer(Probe probe) {
        List<Incarnation> members = ClusterView.members(cluster.state());
        List<ProbeAnswer> recent = neighbours.recent(now());
        Standing standing = standing();
        return new ProbeAnswer(
                probe.askedNanos(),
                self,
                site(),
                context.topology().fingerprint(),
                standing,
                stored.map(Stored::identity).orElse(0L),
                refused ? Optional.empty() : stored.flatMap(Stored::genesis),
                members,
                List.copyOf(
                        standing.inCluster()
                                ? neighbours.sites(ClusterView.mutual(self, members, recent))
                                : context.topology().sitesOfMajorities(neighbours.addresses(recent, self))));
    }

    private Standing standing() {
        Standing inPekko = ClusterView.standing(cluster);
        boolean starting = stored.isEmpty() || adopting || refused;
        return inPekko == Standing.READY && starting ? Standing.STARTING : inPekko;
    }

    private void heard(ProbeAnswer answer) {
        if (neighbours.heard(answer, now())) {
            decide();
        }
    }

    private void promise(PromiseRequest request) {
        boolean clusterKnown =
                neighbours.recent(now()).stream().anyMatch(it -> it.standing().inCluster());
        boolean mine = stored.flatMap(Stored::genesis)
                .filter(it -> it.clusterId() == request.clusterId())
                .isPresent();
        boolean granted = standing() == Standing.READY
                && mine
                && !clusterKnown
                && context.candidacy().promise(request.founder(), now());
        getSender().tell(new PromiseAnswer(request.askedNanos(), site(), granted), getSelf());
    }

    private void promised(PromiseAnswer answer) {
        if (answer.granted()) {
            useGrant(getSender().path().address().toString(), answer.askedNanos());
        }
    }

    private void useGrant(String address, long asked) {
        Topology topology = context.topology();
        Set<String> promised = context.candidacy().granted(address, asked, now());
        if (topology.isMajority(topology.sitesOfMajorities(promised))
                && standing() == Standing.READY
                && nextStep().equals(Optional.of(new JoinRule.Step.Found()))
                && !target.equals(Optional.of(self.address()))) {
            LOG.info("A majority of the sites leaves it to this node to found the cluster");
            join(self.address());
        }
    }

    // The decisions.

    private void round() {
        Set<Incarnation> answered = neighbours.endRound();
        probe();
        if (standing().inCluster()) {
            memberRound.run(
                    stored.flatMap(Stored::genesis),
                    neighbours.recent(now()).stream()
                            .filter(it -> answered.contains(it.self()))
                            .toList());
        }
        decide();
    }

    private void decide() {
        switch (standing()) {
            case STARTING -> waitingFor("its storage", refused);
            case READY -> approach();
            case JOINING -> waitingFor("the members of all sites to see that it is joining", false);
            case UP ->
                stored.ifPresent(it -> it.genesis()
                        .ifPresent(genesis -> context.ready().complete(new SiteIdentity(it.identity(), genesis))));
            case LEAVING -> {}
        }
    }

    private void approach() {
        Stored mine = stored.orElseThrow();
        GenesisRule.Step step = genesisRule.decide(mine.identity(), mine.genesis(), neighbours.recent(now()));
        if (step instanceof GenesisRule.Step.Settled) {
            nextStep().ifPresent(this::follow);
        } else if (step instanceof GenesisRule.Step.Adopt adopt) {
            keep(adopt.genesis());
        } else if (step instanceof GenesisRule.Step.Create create) {
            LOG.info("All sites have been heard, and none is in a cluster: this node founds one");
            keep(found(create.identities()));
        } else if (step instanceof GenesisRule.Step.Wait wait) {
            waitingFor(wait.forWhat(), false);
        } else if (step instanceof GenesisRule.Step.Refuse refuse) {
            refused = true;
            LOG.error("This node does not join: {}", refuse.message());
            context.ready().completeExceptionally(new MembershipException(refuse.message()));
        }
    }

    private Genesis found(Map<SiteId, Long> identities) {
        return new Genesis(context.random().getAsLong(), new TreeMap<>(identities));
    }

    private void keep(Genesis genesis) {
        // If the journal fails over it, the store starts anew and says what it holds, and this node decides again.
        adopting = true;
        store.tell(new SiteIdentityStore.Adopt(genesis), getSelf());
    }

    private Optional<JoinRule.Step> nextStep() {
        return stored.flatMap(Stored::genesis)
                .map(genesis -> joinRule.decide(self.address(), genesis, neighbours.recent(now()), target));
    }

    private void follow(JoinRule.Step step) {
        if (step instanceof JoinRule.Step.Join join) {
            join(join.address());
            waitingFor(join.address() + " to let it into the cluster", false);
        } else if (step instanceof JoinRule.Step.Wait wait) {
            waitingFor(wait.forWhat(), false);
        } else {
            waitingFor("a majority of the sites to promise that it may found the cluster", false);
            seekPromises();
        }
    }

    private void seekPromises() {
        long now = now();
        if (context.candidacy().mayAsk(now) && context.candidacy().promise(self, now)) {
            context.candidacy().ask(now);
            toOthers(new PromiseRequest(
                    now, self, stored.flatMap(Stored::genesis).orElseThrow().clusterId()));
            useGrant(self.address(), now);
        }
    }

    /** Pekko repeats it for ever, every {@code retry-unsuccessful-join-after}; a different target replaces it. */
    private void join(String address) {
        if (!target.equals(Optional.of(address))) {
            target = Optional.of(address);
            LOG.info("Joining the cluster through {}", address);
            cluster.join(AddressFromURIString.parse(address));
        }
    }

    private void waitingFor(String what, boolean quiet) {
        long now = now();
        if (!quiet && now - nextWaitingLog >= 0) {
            nextWaitingLog = now + times.waitingLogInterval().toNanos();
            LOG.info("Not yet in the cluster: this node waits for {}", what);
        }
    }
}
