package io.holdfast.server.gateway;

import io.holdfast.server.partition.ReplicaEnvelope;

/** Carries messages to the replica of a partition at a site. Thread-safe, never blocks, may lose messages. */
@FunctionalInterface
public interface ReplicaRouter {
    /** @param site whose replica is meant: through its shard region if it is the own site, else through a proxy of it */
    void tell(String site, ReplicaEnvelope envelope);
}
