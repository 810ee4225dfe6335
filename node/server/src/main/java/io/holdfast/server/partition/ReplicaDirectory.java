package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.raft.Membership;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The replicas that run on this node, for those on the same node who send to them or report on them, and what this node has heard of those that
 * do not. Thread-safe. What it says may be out of date by a moment: a hint, like all knowledge of who leads.
 */
public final class ReplicaDirectory {
    private final ConcurrentHashMap<PartitionId, Local> replicas = new ConcurrentHashMap<>();
    /** Bounded by the number of partitions. */
    private final ConcurrentHashMap<PartitionId, Heard> heard = new ConcurrentHashMap<>();

    private final long freshNanos;
    private final LongSupplier nanos;
    private volatile Optional<Membership> catalogHeard = Optional.empty();
    private volatile Consumer<PartitionId> onLeader = partition -> {};

    /** @param view as of the last change that matters, or of the last half second */
    public record Local(PartitionId partition, ActorRef<ReplicaMessage> replica, PartitionView view) {}

    private record Heard(SiteId leader, long atNanos) {}

    /** What was heard counts until something else is. */
    public ReplicaDirectory() {
        this(Duration.ofDays(365), System::nanoTime);
    }

    /**
     * @param fresh for how long what was heard of a leader counts. At a site of several nodes it is heard again and again while there is a replica at the site
     */
    public ReplicaDirectory(Duration fresh, LongSupplier nanos) {
        this.freshNanos = fresh.toNanos();
        this.nanos = nanos;
    }

    void update(Local local) {
        Local before = replicas.put(local.partition(), local);
        if (before == null || !before.view().leader().equals(local.view().leader())) {
            onLeader.accept(local.partition());
        }
    }

    void remove(PartitionId partition, ActorRef<ReplicaMessage> replica) {
        replicas.computeIfPresent(partition, (id, local) -> local.replica().equals(replica) ? null : local);
    }

    /** The listener is told when a replica of this node comes to know another leader, on the replica's thread. There is one at most. */
    public void onLeader(Consumer<PartitionId> listener) {
        onLeader = listener;
    }

    public Optional<Local> find(PartitionId partition) {
        return Optional.ofNullable(replicas.get(partition));
    }

    /** Somebody else's word for who leads, for a partition without a replica on this node. */
    public void heard(PartitionId partition, SiteId leader) {
        heard.put(partition, new Heard(leader, nanos.getAsLong()));
    }

    /** What was heard seems to be wrong. */
    public void forget(PartitionId partition) {
        heard.remove(partition);
    }

    /** The site that leads the partition, as far as this node's replica knows; without one, as it has heard lately. */
    public Optional<SiteId> leaderOf(PartitionId partition) {
        Local local = replicas.get(partition);
        if (local != null) {
            return local.view().leader();
        }
        Heard last = heard.get(partition);
        return last == null || nanos.getAsLong() - last.atNanos() > freshNanos
                ? Optional.empty()
                : Optional.of(last.leader());
    }

    /** Whether there is no replica here, and what was once heard of one has gone stale: the one at this site may be dead or moving. */
    public boolean isStale(PartitionId partition) {
        return heard.containsKey(partition)
                && !replicas.containsKey(partition)
                && leaderOf(partition).isEmpty();
    }

    /** Another node's word for who votes on the catalog. */
    public void heardOfCatalog(Membership membership) {
        catalogHeard = Optional.of(membership);
    }

    /** Who votes on a partition, by its replica on this node; for the catalog also as heard. */
    public Optional<Membership> membershipOf(PartitionId partition) {
        return find(partition).map(local -> local.view().membership());
    }

    public Optional<Membership> catalogHeard() {
        return catalogHeard;
    }

    public Collection<Local> all() {
        return replicas.values();
    }
}
