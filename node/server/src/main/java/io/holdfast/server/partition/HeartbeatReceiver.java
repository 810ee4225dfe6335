package io.holdfast.server.partition;

import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefProvider;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Hands each of the {@link Heartbeats} from another node to its replica here. What is for no replica of this node is lost, as on a network. */
public final class HeartbeatReceiver {
    private static final String NAME = "holdfast-heartbeats";

    private HeartbeatReceiver() {}

    /**
     * Starts this node's receiver, and answers the post to those of the others. Once a node.
     *
     * @param lease of the replicas
     */
    public static HeartbeatPost start(ActorSystem<?> system, ReplicaDirectory directory, Duration lease) {
        system.systemActorOf(
                Behaviors.supervise(create(directory)).onFailure(SupervisorStrategy.resume()), NAME, Props.empty());
        BiConsumer<Address, Heartbeats> byPath = (node, heartbeats) ->
                system.classicSystem().actorSelection(node + "/system/" + NAME).tell(heartbeats, ActorRef.noSender());
        BiConsumer<Duration, Runnable> delay =
                (after, task) -> system.scheduler().scheduleOnce(after, task, system.executionContext());
        return new HeartbeatPost(lease, byPath, delay, System::nanoTime);
    }

    static Behavior<Heartbeats> create(ReplicaDirectory directory) {
        return Behaviors.setup(context -> {
            var system = (ExtendedActorSystem) Adapter.toClassic(context.getSystem());
            ActorRefProvider refs = system.provider();
            return Behaviors.receiveMessage(heartbeats -> {
                for (Heartbeats.Item item : heartbeats.items()) {
                    ActorRef sender =
                            item.sender().isEmpty() ? ActorRef.noSender() : refs.resolveActorRef(item.sender());
                    directory.find(item.partition()).ifPresent(local -> Adapter.toClassic(local.replica())
                            .tell(new ReplicaEvent.Heartbeat(item.message()), sender));
                }
                return Behaviors.same();
            });
        });
    }
}
