package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

/** Links between sites, one for each direction. */
final class SimNetwork {
    private final SimWorld world;
    private final boolean[][] cut;
    private final long[][] slowness;
    private final long[][] lastArrival;
    private final double dropRate;
    private final double duplicateRate;
    private final double staleRate;

    SimNetwork(SimWorld world) {
        this.world = world;
        int sites = world.sites.size();
        this.cut = new boolean[sites][sites];
        this.slowness = new long[sites][sites];
        this.lastArrival = new long[sites][sites];
        this.dropRate = world.random.pick(java.util.List.of(0.005, 0.02, 0.1));
        this.duplicateRate = world.random.pick(java.util.List.of(0.01, 0.1));
        this.staleRate = 0.003;
    }

    /** Delivers later, perhaps never, perhaps twice. */
    void send(int from, int to, EventQueue.Event delivery) {
        if (cut[from][to] || (world.has(Fault.DROP) && world.random.chance(dropRate))) {
            return;
        }
        world.queue.at(arrival(from, to), delivery);
        if (world.has(Fault.DUPLICATE) && world.random.chance(duplicateRate)) {
            world.queue.after(delay(from, to) * (world.random.chance(0.2) ? 20 : 1), delivery);
        }
    }

    /** One connection keeps the order of what it carries; only where reordering is on it may not. */
    private long arrival(int from, int to) {
        long at = world.queue.now() + delay(from, to);
        if (!world.has(Fault.REORDER)) {
            at = Math.max(at, lastArrival[from][to]);
            lastArrival[from][to] = at;
        }
        return at;
    }

    private long delay(int from, int to) {
        long delay = world.random.between(MILLI / 5, MILLI / 2) + slowness[from][to];
        if (world.has(Fault.REORDER)) {
            delay += world.random.exponential(2.0 * MILLI);
            if (world.random.chance(staleRate)) {
                delay += world.random.between(100 * MILLI, 3000 * MILLI);
            }
        }
        return delay;
    }

    /** Neither cut nor slow, in both directions. */
    boolean sound(int one, int other) {
        return !cut[one][other] && !cut[other][one] && slowness[one][other] == 0 && slowness[other][one] == 0;
    }

    void cut(int from, int to, boolean isCut) {
        cut[from][to] = isCut;
    }

    void slow(int from, int to, long nanos) {
        slowness[from][to] = nanos;
    }

    void heal() {
        for (int from = 0; from < cut.length; from++) {
            for (int to = 0; to < cut.length; to++) {
                cut[from][to] = false;
                slowness[from][to] = 0;
            }
        }
    }
}
