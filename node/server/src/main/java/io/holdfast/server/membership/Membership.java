package io.holdfast.server.membership;

import io.holdfast.config.HoldfastSettings;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** This node's place among the others. Thread-safe. */
public final class Membership {
    private final CompletableFuture<SiteIdentity> ready;
    private final HintBoard board;
    private final ActorRef joiner;

    private Membership(CompletableFuture<SiteIdentity> ready, HintBoard board, ActorRef joiner) {
        this.joiner = joiner;
        this.ready = ready;
        this.board = board;
    }

    /**
     * Starts to bring this node into the cluster, and goes on until it is in, for as long as that takes. Once for an ActorSystem,
     * which must be named {@link io.holdfast.config.PekkoConfig#SYSTEM_NAME} and configured by
     * {@link io.holdfast.config.PekkoConfig}.
     *
     * @throws org.apache.pekko.actor.InvalidActorNameException when it was started in this system before
     */
    public static Membership start(
            ActorSystem<?> system, HoldfastSettings settings, IncidentLog incidents, Lateness lateness) {
        var topology = new Topology(settings);
        var board = new HintBoard(topology);
        var ready = new CompletableFuture<SiteIdentity>();
        var classic = (ExtendedActorSystem) Adapter.toClassic(system);
        MembershipTimes times = MembershipTimes.of(classic.settings().config());
        var context = new ClusterJoiner.Context(
                topology,
                new Candidacy(times.promise().toNanos()),
                incidents,
                ready,
                new SecureRandom()::nextLong,
                System::nanoTime);
        classic.systemActorOf(
                onInternalDispatcher(SiteWatch.props(topology, board, incidents, lateness)), "holdfast-site-watch");
        ActorRef joiner = classic.systemActorOf(onInternalDispatcher(ClusterJoiner.props(context)), ClusterJoiner.NAME);
        system.getWhenTerminated()
                .whenComplete((done, failure) -> ready.completeExceptionally(
                        new IllegalStateException("this node was stopped before it came into the cluster")));
        return new Membership(ready, board, joiner);
    }

    /** Apart from the load, as Pekko's own heartbeats: a busy node must not look dead. */
    private static Props onInternalDispatcher(Props props) {
        return props.withDispatcher("pekko.actor.internal-dispatcher");
    }

    /**
     * Completes when this node is up in the cluster, and the genesis is durable in its storage. It waits without limit: what for
     * stands in the log, every 10 s.
     *
     * <p>Errors: {@link MembershipException} when its settings or its storage contradict those of others, which a
     * restart alone does not cure; {@link IllegalStateException} when the ActorSystem was stopped first.
     */
    public CompletionStage<SiteIdentity> ready() {
        return ready.minimalCompletionStage();
    }

    /** The storage of this site, which has one node, is another one from now on: kept in it soon. A node that ends before is as if it had not been told. */
    public void storageBecomes(long identity) {
        joiner.tell(new SiteIdentityStore.Become(identity), ActorRef.noSender());
    }

    /** Hints about the other sites, and all nodes. Listeners are called one at a time and must not block. */
    public SiteReachability reachability() {
        return board;
    }
}
