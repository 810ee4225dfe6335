package io.holdfast.server.partition;

import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import io.holdfast.server.serial.WireMessage;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a replica is asked by others: its peers at other sites, and the gateways of any node. */
public sealed interface ReplicaMessage extends WireMessage permits ReplicaMessage.Remote, ReplicaEvent {

    /** May come from another node. */
    sealed interface Remote extends ReplicaMessage {}

    record FromPeer(PeerMessage message) implements Remote {}

    /**
     * Writes, applied in this order in one log entry.
     *
     * @param requestId comes back in the {@link ReplicaReply}; chosen by the gateway
     * @param timeoutMillis how long the gateway waits from now on
     */
    record Write(
            long requestId,
            ActorRef<ReplicaReply> replyTo,
            WriteConcern concern,
            int timeoutMillis,
            List<Command> commands)
            implements Remote {}

    /** @param maxStalenessMillis 0: linearizable */
    record Read(long requestId, ActorRef<ReplicaReply> replyTo, List<Query> queries, long maxStalenessMillis)
            implements Remote {}

    /** Hand leadership over, if this replica leads. Answered by nobody: the leader seen changes, or it does not. */
    record Transfer(String toSite) implements Remote {}

    /** Start if you are not running. Sent by the node's keeper; otherwise without effect. */
    record KeepAlive() implements Remote {}

    /** Somebody waits for a leader of this partition: make sure that there is one. */
    record Nudge() implements Remote {}
}
