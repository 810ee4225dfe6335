package io.holdfast.server.partition;

import org.apache.pekko.actor.ActorRef;

/** Finds the replica of a partition at any site and sends to it. Never blocks, may lose messages, keeps the order of what it sends to one replica. */
public interface ReplicaRouter {
    /** @param sender to whom the replica may answer directly */
    void tell(String site, ReplicaEnvelope envelope, ActorRef sender);

    /** For messages that say themselves to whom the answer goes, if there is one. */
    default void tell(String site, ReplicaEnvelope envelope) {
        tell(site, envelope, ActorRef.noSender());
    }
}
