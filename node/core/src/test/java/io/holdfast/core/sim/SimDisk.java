package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

/** One node's disk: how long a sync takes now, and whether it works. */
final class SimDisk {
    private final SimWorld world;
    private long slowness;
    private long stalledUntil;
    private long busyUntil;
    private boolean full;

    SimDisk(SimWorld world) {
        this.world = world;
    }

    long latency() {
        long usual = world.random.between(MILLI / 10, MILLI / 2);
        long slow = slowness == 0 ? 0 : world.random.exponential(slowness);
        long latency = Math.max(usual + slow, stalledUntil - world.queue.now());
        busyUntil = Math.max(busyUntil, world.queue.now() + latency);
        return latency;
    }

    /** It works, and nothing that it was given in worse times keeps it longer than usual. */
    boolean sound() {
        return !full && slowness == 0 && stalledUntil <= world.queue.now() && busyUntil <= world.queue.now() + MILLI;
    }

    boolean full() {
        return full;
    }

    void full(boolean isFull) {
        full = isFull;
    }

    void slow(long meanNanos) {
        slowness = meanNanos;
    }

    void stall(long until) {
        stalledUntil = until;
    }

    void heal() {
        slowness = 0;
        stalledUntil = 0;
        full = false;
    }
}
