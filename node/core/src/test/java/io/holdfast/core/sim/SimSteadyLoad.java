package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.WriteId;
import java.util.List;

/**
 * Writes that go on without a pause as long as a rebuilt replica has no vote, while its site is farther away than the others: it must be admitted all the
 * same. What clients ask in the trouble before comes and goes, and would give it a quiet moment.
 */
final class SimSteadyLoad {
    private static final long EVERY = 2 * MILLI;
    private static final long WAY = 5 * MILLI;
    private static final long CLIENT = 999;
    /** Where no more goes at a time, or less of the log is kept, such a site falls behind for good. */
    private static final int LEAST_APPEND_BYTES = 1_000;

    private static final long LEAST_TAIL_BYTES = 100_000;
    /** Deletions are taken by full nodes, too, and this one changes nothing that others look at. */
    private static final Command.Operation NOTHING = new Command.Delete(Bytes.utf8("absent"), Condition.NONE);

    private final SimWorld world;
    private final SimCluster cluster;
    private int begun;

    SimSteadyLoad(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
    }

    void start() {
        for (SimNode node : cluster.nodes) {
            if (cluster.partitions.stream().anyMatch(partition -> isStranger(node, partition))) {
                moveAway(node.index());
            }
        }
        next();
    }

    int begun() {
        return begun;
    }

    private void moveAway(int site) {
        for (int other = 0; other < cluster.nodes.size(); other++) {
            cluster.network.slow(site, other, WAY);
            cluster.network.slow(other, site, WAY);
        }
    }

    private void next() {
        boolean goesOn = false;
        for (SimPartition partition : cluster.partitions) {
            boolean wanted = keepsUp(partition.config(0).raft())
                    && cluster.nodes.stream().anyMatch(node -> isStranger(node, partition));
            if (wanted) {
                write(partition);
            }
            goesOn |= wanted;
        }
        if (goesOn) {
            world.queue.after(EVERY, this::next);
        }
    }

    private static boolean keepsUp(RaftConfig config) {
        return config.maxAppendBytes() >= LEAST_APPEND_BYTES && config.logTailBytes() >= LEAST_TAIL_BYTES;
    }

    private static boolean isStranger(SimNode node, SimPartition partition) {
        long identity = node.replica(partition.number()).identity();
        return !partition.checker().membership().isVoter(node.site(), identity);
    }

    private void write(SimPartition partition) {
        for (SimNode node : cluster.nodes) {
            SimReplica replica = node.replica(partition.number());
            boolean leads = replica.core()
                    .filter(core -> core.raft().leadingTerm() != 0)
                    .isPresent();
            if (leads) {
                long sequence = ++begun;
                long deadline = node.now().nanos();
                var command = new Command(new WriteId(CLIENT, sequence), sequence, Long.MAX_VALUE, NOTHING);
                // Nobody waits for the answer, and no client's call has this number.
                replica.step(new PartitionInput.Submit(-sequence, WriteConcern.MAJORITY, deadline, List.of(command)));
            }
        }
    }
}
