package io.holdfast.server.partition;

import io.holdfast.server.serial.WireMessage;
import java.util.List;

/** What one node has to say to the replicas of another, in the order in which it was sent. */
public record ReplicaBatch(List<ReplicaEnvelope> envelopes) implements WireMessage {
    public ReplicaBatch {
        envelopes = List.copyOf(envelopes);
    }
}
