package io.holdfast.server.partition;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The short way to the replicas of a site that runs on one known node: in batches from node to node ({@link SiteLink}), and there straight to the
 * replica. Through the shard regions each message would pass three more actors and travel alone. All other sites, and
 * replicas that are not running, are reached through sharding, which finds and starts them.
 */
public final class LinkedReplicas implements ReplicaRouter {
    private static final String RECEIVER = "holdfast-replicas";

    private final ReplicaRouter sharding;
    private final Map<String, SiteLink> links;

    private LinkedReplicas(ReplicaRouter sharding, Map<String, SiteLink> links) {
        this.sharding = sharding;
        this.links = links;
    }

    /**
     * @param sharding reaches every replica
     * @param nodes the other sites that run on one node, with its address in the cluster; each must {@link #receive}
     */
    public static LinkedReplicas of(ActorSystem<?> system, ReplicaRouter sharding, Map<String, Address> nodes) {
        var executor = system.dispatchers().lookup(DispatcherSelector.defaultDispatcher());
        Function<Map.Entry<String, Address>, SiteLink> link = node -> {
            ActorRef<ReplicaBatch> receiver = receiverAt(system, node.getValue());
            return new SiteLink(node.getKey(), executor, receiver::tell);
        };
        return new LinkedReplicas(
                sharding, nodes.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, link)));
    }

    /**
     * Takes what other nodes send over their links. Must be called once a node.
     *
     * @param site this node's
     * @param router starts those of its replicas that are not running; must be ready for use
     */
    public static void receive(ActorSystem<?> system, String site, ReplicaRouter router, ReplicaDirectory directory) {
        system.systemActorOf(
                Behaviors.supervise(receiver(site, router, directory)).onFailure(SupervisorStrategy.resume()),
                RECEIVER,
                Props.empty());
    }

    /** Without an incarnation, so that it stays right when the node starts anew. */
    private static ActorRef<ReplicaBatch> receiverAt(ActorSystem<?> system, Address node) {
        return ActorRefResolver.get(system).resolveActorRef(node + "/system/" + RECEIVER);
    }

    private static Behavior<ReplicaBatch> receiver(String site, ReplicaRouter router, ReplicaDirectory directory) {
        return Behaviors.receiveMessage(batch -> {
            batch.envelopes().forEach(envelope -> directory
                    .find(envelope.partition())
                    .ifPresentOrElse(
                            local -> local.replica().tell(envelope.message()), () -> router.tell(site, envelope)));
            return Behaviors.same();
        });
    }

    @Override
    public void tell(String site, ReplicaEnvelope envelope) {
        SiteLink link = links.get(site);
        if (link == null) {
            sharding.tell(site, envelope);
        } else {
            link.send(envelope);
        }
    }
}
