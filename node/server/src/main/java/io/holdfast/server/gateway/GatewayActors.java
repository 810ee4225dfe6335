package io.holdfast.server.gateway;

import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.server.partition.ReplicaRouter;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Brings a gateway to life in an actor system. */
public final class GatewayActors {
    private GatewayActors() {}

    /** Starts a gateway, one for each actor system. It ends with the system. */
    public static Gateway start(
            ActorSystem<?> system,
            GatewayConfig config,
            ReplicaDirectory directory,
            KeyspaceRegistry registry,
            ReplicaRouter router) {
        int receivers = Math.max(1, Runtime.getRuntime().availableProcessors());
        var gateway = new Gateway(config, directory, registry, router, it -> IntStream.range(0, receivers)
                .mapToObj(number -> receiver(system, it, number))
                .toList());
        Duration interval = Duration.ofMillis(GatewayConfig.SWEEP_MILLIS);
        system.scheduler()
                .scheduleWithFixedDelay(
                        interval,
                        interval,
                        () -> {
                            try {
                                gateway.sweep();
                            } catch (RuntimeException e) {
                                // Thrown on, it would end the schedule, and no operation would time out any more.
                                system.log().error("Operations past their deadline could not be ended this time", e);
                            }
                        },
                        system.executionContext());
        return gateway;
    }

    private static ActorRef<ReplicaReply> receiver(ActorSystem<?> system, Gateway gateway, int number) {
        Behavior<ReplicaReply> behavior = Behaviors.receiveMessage(reply -> {
            gateway.received(reply);
            return Behaviors.same();
        });
        return system.systemActorOf(
                Behaviors.supervise(behavior).onFailure(SupervisorStrategy.resume()),
                "holdfast-gateway-" + number,
                Props.empty());
    }
}
