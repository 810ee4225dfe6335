package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static io.holdfast.core.sim.SimWorld.SECOND;

import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.CommittedModel.Locked;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.WriteId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * No lock stays longer than its deadline and a second in which those who can end it are well: the leaders of its partition and of
 * the one that decides, each with a majority whose disks and links work. Looked at now and then. Where messages get lost or late at random, and
 * one unlucky answer takes longer than a second, it is only looked at in the calm.
 */
final class SimLockWatch {
    private static final long EVERY = 50 * MILLI;

    private final SimWorld world;
    private final SimCluster cluster;
    private final long allowance;
    private Map<Place, Watched> watched = new HashMap<>();

    private record Place(int partition, WriteId transaction) {}

    private static final class Watched {
        final long firstSeen;
        /** Since when the lock is overdue and could have been ended. */
        OptionalLong overdueSince = OptionalLong.empty();

        Watched(long firstSeen) {
            this.firstSeen = firstSeen;
        }
    }

    SimLockWatch(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
        // Repeating is counted on the leader's clock, which may run at half the true rate.
        this.allowance = (world.has(Fault.CLOCK_WILD) ? 2 : 1) * SECOND + 2 * EVERY;
    }

    void start() {
        world.queue.after(EVERY, this::look);
    }

    private void look() {
        var still = new HashMap<Place, Watched>();
        if (world.calm || !world.has(Fault.DROP) && !world.has(Fault.REORDER)) {
            for (SimPartition partition : cluster.partitions) {
                for (Locked locked : partition.model().locked()) {
                    look(partition.number(), locked, still);
                }
            }
        }
        watched = still;
        start();
    }

    private void look(int partition, Locked locked, Map<Place, Watched> still) {
        long now = world.queue.now();
        var place = new Place(partition, locked.transaction());
        Watched known = watched.getOrDefault(place, new Watched(now));
        still.put(place, known);
        long deadline = due(locked, known);
        int decider = locked.prepare().part() instanceof Command.Follows follows
                ? follows.decisionPartition().number()
                : partition;
        if (now < deadline || !canEnd(partition, decider)) {
            known.overdueSince = OptionalLong.empty();
            return;
        }
        known.overdueSince = OptionalLong.of(known.overdueSince.orElse(now));
        if (now - known.overdueSince.getAsLong() > allowance) {
            throw CheckFailed.of(
                    "transaction %s holds its locks in partition %d for %d ms beyond its deadline, though partitions %d and %d are well",
                    locked.transaction(), partition, (now - deadline) / MILLI, partition, decider);
        }
    }

    /**
     * Where a wall clock is wrong a partition's time may stand still, and a lock that is taken then has a deadline that is too early. The leader, whose clock
     * it is, counts on its monotonic clock instead, from when it has learnt of the lock, and that may run at half the rate (seed 8050863).
     */
    private long due(Locked locked, Watched known) {
        // The leader judges by its own wall clock, which may be behind the one that gave the timestamp.
        long deadline =
                (locked.deadlineMillis() - SimClients.START_MILLIS + 2 * cluster.chaos.wallSpreadMillis) * MILLI;
        long byMonotonicClock = known.firstSeen + 2 * locked.prepare().lockMillis() * MILLI;
        return cluster.chaos.wallMayBeWrong() ? Math.max(deadline, byMonotonicClock) : deadline;
    }

    private boolean canEnd(int partition, int decider) {
        Optional<SimNode> here = soundLeader(partition);
        Optional<SimNode> there = soundLeader(decider);
        return here.isPresent()
                && there.isPresent()
                && (here.get() == there.get()
                        || cluster.network.sound(here.get().index(), there.get().index()));
    }

    /** The newest leader, if it takes writes and a majority of voters is well and hears it. */
    private Optional<SimNode> soundLeader(int partition) {
        return cluster.nodes.stream()
                .filter(node -> node.sound() && leads(node, partition))
                .filter(leader -> 2 * soundVoters(leader, partition) > world.sites.size())
                .findFirst();
    }

    private static boolean leads(SimNode node, int partition) {
        return node.replica(partition)
                .core()
                .filter(core -> core.raft().leadingTerm() != 0 && core.raft().acceptsProposals())
                .isPresent();
    }

    private long soundVoters(SimNode leader, int partition) {
        var raft = leader.replica(partition).core().orElseThrow().raft();
        return cluster.nodes.stream()
                .filter(node -> raft.membership()
                        .isVoter(node.site(), node.replica(partition).identity()))
                .filter(node -> node == leader || node.sound() && cluster.network.sound(leader.index(), node.index()))
                .filter(node -> node.replica(partition)
                        .core()
                        .filter(core -> core.raft().term() == raft.term())
                        .isPresent())
                .count();
    }
}
