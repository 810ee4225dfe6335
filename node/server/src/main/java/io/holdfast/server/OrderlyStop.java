package io.holdfast.server;

import io.holdfast.core.raft.Role;
import io.holdfast.server.grpc.Delay;
import io.holdfast.server.grpc.GrpcServer;
import io.holdfast.server.lease.SiteLeases;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/** What a node does that is stopped on purpose: it hands over first, so that nobody waits for an election, and ends its calls. */
record OrderlyStop(
        ReplicaDirectory directory, Delay delay, NodeStatus status, GrpcServer grpc, Optional<SiteLeases> leases) {
    /** A transfer takes some round trips; a follower that does not come along in this time will not. */
    private static final Duration HAND_OVER = Duration.ofSeconds(3);

    private static final Duration DRAIN = Duration.ofSeconds(2);

    /** From now on this is done whenever the system is shut down in order. */
    void register(ActorSystem<?> system) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "hand-leaders-over", this::handOver);
        shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "stop-serving", this::stopServing);
        // All replicas have gone to other nodes, or are cut off by this: those others need not wait for silence.
        shutdown.addTask(CoordinatedShutdown.PhaseClusterShutdown(), "end-session", this::endSession);
    }

    private CompletionStage<Done> handOver() {
        status.leave();
        grpc.welcome(false);
        leaders().forEach(local -> local.replica().tell(new ReplicaMessage.Transfer("")));
        return delay.until(() -> leaders().findAny().isEmpty(), System.nanoTime() + HAND_OVER.toNanos())
                .thenApply(done -> Done.done());
    }

    /** Those that others could be; the only replica of a partition has nobody to hand over to. */
    private Stream<ReplicaDirectory.Local> leaders() {
        return directory.all().stream()
                .filter(local -> local.view().role() == Role.LEADER)
                .filter(local -> local.view().membership().sites().size() > 1);
    }

    private CompletionStage<Done> stopServing() {
        status.close();
        return grpc.stop(DRAIN).thenApply(stopped -> Done.done());
    }

    private CompletionStage<Done> endSession() {
        return leases.map(SiteLeases::end)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenApply(ended -> Done.done());
    }
}
