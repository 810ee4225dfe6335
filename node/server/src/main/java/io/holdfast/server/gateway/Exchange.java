package io.holdfast.server.gateway;

import io.holdfast.core.SiteId;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A group of operations that waits for the answer of a replica. It stands in the gateway's table under its request id; whoever
 * takes it out owns it and alone may change it. The one exception is {@link #nudged}, which is the sweeper's.
 */
final class Exchange {
    final PartitionId partition;
    final Caller caller;
    final List<Operation> operations;
    final long deadlineNanos;

    Route route;
    long requestId;
    long sentNanos;
    int reroutes;
    boolean nudged;
    /** An attempt went to a replica that may have taken it and has not answered. */
    boolean unsure;

    /**
     * Where a message goes.
     *
     * @param local the replica itself, if it runs on this node, as it was known when the route was chosen
     * @param known the leader as this node's replica knew it when the route was chosen
     */
    record Route(String site, Optional<ReplicaDirectory.Local> local, Optional<SiteId> known) {
        /** Whether the replica there is another than that of an earlier route, or has lost what it led and leads anew: it may have been restarted meanwhile. */
        boolean isAnotherLifeOf(Route earlier) {
            if (!site.equals(earlier.site) || local.isEmpty() || earlier.local.isEmpty()) {
                return false;
            }
            ReplicaDirectory.Local now = local.get();
            ReplicaDirectory.Local before = earlier.local.get();
            return !now.replica().equals(before.replica())
                    || now.view().term() > before.view().term();
        }
    }

    Exchange(Caller caller, List<Operation> operations, long deadlineNanos) {
        this.partition = operations.get(0).partition();
        this.caller = caller;
        this.operations = operations;
        this.deadlineNanos = deadlineNanos;
    }

    /** What remains of an exchange when some of its operations have been answered. */
    Exchange rest(int from) {
        return only(operations.subList(from, operations.size()));
    }

    Exchange only(List<Operation> some) {
        var only = new Exchange(caller, some, deadlineNanos);
        only.reroutes = reroutes;
        only.unsure = unsure;
        return only;
    }

    int remainingMillis(long nowNanos) {
        return (int) Math.max(1, (deadlineNanos - nowNanos) / 1_000_000);
    }

    boolean isWrite() {
        return operations.get(0) instanceof Operation.Write;
    }

    long maxStalenessMillis() {
        return operations.get(0) instanceof Operation.Read read ? read.maxStalenessMillis() : 0;
    }

    /** Whether an answer says nothing of who leads. */
    boolean anyReplica() {
        return operations.get(0) instanceof Operation.Read read && (read.maxStalenessMillis() > 0 || read.timed());
    }

    ReplicaMessage message(ActorRef<ReplicaReply> replyTo, long nowNanos) {
        if (isWrite()) {
            var commands = new ArrayList<Command>(operations.size());
            operations.forEach(operation -> commands.add(((Operation.Write) operation).command()));
            return new ReplicaMessage.Write(
                    requestId, replyTo, Grouping.concern(operations), remainingMillis(nowNanos), commands);
        }
        var queries = new ArrayList<Query>(operations.size());
        operations.forEach(operation -> queries.add(((Operation.Read) operation).query()));
        return new ReplicaMessage.Read(requestId, replyTo, queries, maxStalenessMillis());
    }
}
