package io.holdfast.server.partition;

/** Sends to the replica of a partition at any site. Never blocks, may lose messages, keeps the order to one replica. */
public interface ReplicaRouter {
    void tell(String site, ReplicaEnvelope envelope);
}
