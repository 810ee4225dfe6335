package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.raft.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Copies a disk now and then, and puts the copy back later: its replicas have then forgotten what they acknowledged and voted for since. Only while the others hold
 * all that this disk does and nobody stands for election, so that nothing is lost even if all those die who remember it: what is looked for is whether
 * the replicas are found out and rebuilt, and whether any others are taken for such.
 */
final class DiskCopies {
    private final SimWorld world;
    private final Chaos chaos;
    private final List<SimNode> nodes;
    private final List<SimPartition> partitions;

    DiskCopies(SimWorld world, Chaos chaos, List<SimNode> nodes, List<SimPartition> partitions) {
        this.world = world;
        this.chaos = chaos;
        this.nodes = nodes;
        this.partitions = partitions;
    }

    void copyOrPutBack() {
        SimNode node = chaos.any();
        if (node.hasCopy() && world.random.chance(0.7)) {
            putBack(node);
        } else {
            node.copyDisk();
        }
    }

    private void putBack(SimNode node) {
        boolean mayGo = chaos.mayLose(node) && partitions.stream().allMatch(partition -> settled(node, partition));
        if (mayGo) {
            chaos.crash(node, world.random.between(100, 1_500) * MILLI);
            node.putBackCopy();
        }
    }

    /** Everybody is in the same term, follows its leader, and holds what this node does. */
    private boolean settled(SimNode node, SimPartition partition) {
        Set<Long> terms = new HashSet<>();
        int leaders = 0;
        for (SimNode each : nodes) {
            Optional<PartitionCore> core = each.replica(partition.number()).core();
            if (core.isEmpty() || !partition.checker().holdsAllOf(each.index(), node.index())) {
                return false;
            }
            RaftNode raft = core.get().raft();
            if (raft.role() != Role.FOLLOWER && !raft.termBegun()) {
                return false;
            }
            terms.add(raft.term());
            leaders += raft.termBegun() ? 1 : 0;
        }
        return leaders == 1 && terms.size() == 1;
    }
}
