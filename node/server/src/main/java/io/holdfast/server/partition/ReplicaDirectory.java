package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The replicas that run on this node, for those on the same node who send to them or report on them. Thread-safe. What it says
 * may be out of date by a moment: a hint, like all knowledge of who leads.
 */
public final class ReplicaDirectory {
    private final ConcurrentHashMap<PartitionId, Local> replicas = new ConcurrentHashMap<>();

    /** @param view as of the last change that matters, or of the last half second */
    public record Local(PartitionId partition, ActorRef<ReplicaMessage> replica, PartitionView view) {}

    void update(Local local) {
        replicas.put(local.partition(), local);
    }

    void remove(PartitionId partition, ActorRef<ReplicaMessage> replica) {
        replicas.computeIfPresent(partition, (id, local) -> local.replica().equals(replica) ? null : local);
    }

    public Optional<Local> find(PartitionId partition) {
        return Optional.ofNullable(replicas.get(partition));
    }

    /** The site that leads the partition, as far as this node's replica knows. */
    public Optional<SiteId> leaderOf(PartitionId partition) {
        return find(partition).flatMap(local -> local.view().leader());
    }

    public Collection<Local> all() {
        return replicas.values();
    }
}
