package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import java.util.List;
import java.util.Optional;

/** The faults of clocks: rates that differ, and change, at the edge of what a lease allows for. */
final class ClockChaos {
    private final SimWorld world;
    private final SimNetwork network;
    private final List<SimNode> nodes;
    private final List<SimPartition> partitions;
    private final Chaos chaos;
    private Optional<SimClients> clients = Optional.empty();

    ClockChaos(SimWorld world, SimNetwork network, List<SimNode> nodes, List<SimPartition> partitions, Chaos chaos) {
        this.world = world;
        this.network = network;
        this.nodes = nodes;
        this.partitions = partitions;
        this.chaos = chaos;
    }

    /** Whom it brings where trouble is. */
    void clients(SimClients all) {
        clients = Optional.of(all);
    }

    private double clockRate() {
        if (world.has(Fault.CLOCK_WILD)) {
            return world.random.between(500, 2000) / 1000.0;
        }
        return skewed() ? 1 + mostSkew() * world.random.between(-1000, 1000) / 1000.0 : 1;
    }

    /** Within the bound or beyond it. */
    boolean differ() {
        return skewed() || world.has(Fault.CLOCK_WILD);
    }

    /** They differ, and stay within the bound. */
    private boolean apart() {
        return skewed() && !world.has(Fault.CLOCK_WILD);
    }

    private boolean skewed() {
        return world.has(Fault.CLOCK_SKEW) || world.has(Fault.CLOCK_CHANGE);
    }

    /** The fastest and the slowest clock are just within the bound of each other. */
    private double mostSkew() {
        return 0.98 * world.driftBound / (2 + world.driftBound);
    }

    /** Often one clock is as slow as it may be and all others as fast, because that is hardest on a lease. */
    void setRates() {
        boolean most = apart() && world.random.chance(0.5);
        SimNode slow = world.random.chance(0.5) ? chaos.leader() : chaos.any();
        for (SimNode node : nodes) {
            double skew = node == slow ? -mostSkew() : mostSkew();
            node.clockRate(most ? 1 + skew : clockRate());
        }
    }

    /**
     * The hardest for a lease: its leader's clock is as slow as it may be and all others as fast, the answers to it are late, it hears
     * nobody but what is on its way, the others know that at once, and clients ask on both sides. Rates beyond the bound stay as they are:
     * that such a rate does not change within a life is assumed (docs/protocol.md, section 1).
     */
    void cutOffTheSlowest() {
        SimNode slow = chaos.leader();
        for (SimNode node : nodes) {
            if (apart()) {
                node.clockRate(1 + (node == slow ? -mostSkew() : mostSkew()));
            }
        }
        answersAreLate(slow, world.random.chance(0.5) ? world.random.between(5, 150) * MILLI : 0);
        chaos.later(world.random.between(0, 200) * MILLI, () -> {
            chaos.say("cuts off " + slow.site() + ", whose clock is slow, and brings clients");
            chaos.isolate(slow, true);
            for (SimNode other : nodes) {
                chaos.later(world.random.between(0, 5) * MILLI, () -> chaos.hint(other, slow, false));
            }
            for (SimPartition partition : partitions) {
                bringClients(slow, partition);
            }
            chaos.later(world.random.between(300, 600) * MILLI, () -> {
                answersAreLate(slow, 0);
                chaos.isolate(slow, false);
            });
        });
    }

    private void answersAreLate(SimNode to, long nanos) {
        for (SimNode other : nodes) {
            if (other != to) {
                network.slow(other.index(), to.index(), nanos);
            }
        }
    }

    /** About when the lease ends, if the node has one. */
    private void bringClients(SimNode node, SimPartition partition) {
        long lease = partition.config(node.index()).raft().leaseNanos();
        boolean leads = node.replica(partition.number())
                .core()
                .map(core -> core.raft().leadingTerm() != 0)
                .orElse(false);
        if (leads && lease > 0) {
            long from = apart() ? lease * 7 / 10 : lease * 4 / 10;
            long until = apart() ? lease * 13 / 10 : lease * 16 / 10;
            clients.orElseThrow().crowd(node.index(), partition.number(), from, until);
        }
    }
}
