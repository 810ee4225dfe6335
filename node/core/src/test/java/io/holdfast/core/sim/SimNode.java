package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.Bytes;
import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.PeerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One process at one site: a replica of each partition, a disk, clocks of its own; it can crash and it can stand still. */
final class SimNode {
    static final long TICK = 20 * MILLI;

    private final SimWorld world;
    private final SimNetwork network;
    private final int index;
    private final List<SimNode> nodes;
    private final SimDisk disk;
    private final List<SimReplica> replicas = new ArrayList<>();
    /** By the last hints. */
    private final Set<SiteId> lost = new TreeSet<>();

    private final ArrayDeque<EventQueue.Event> inbox = new ArrayDeque<>();

    private long identity;
    private boolean up;
    private boolean paused;
    private int life;
    private double clockRate = 1;
    private long clockOrigin;
    private long clockSetAt;
    private long wallOffsetMillis;
    private boolean tickWaits;

    SimNode(SimWorld world, SimNetwork network, int index, List<SimNode> nodes, long identity) {
        this.world = world;
        this.network = network;
        this.index = index;
        this.nodes = nodes;
        this.identity = identity;
        this.disk = new SimDisk(world);
        newClock();
    }

    void add(SimPartition partition) {
        replicas.add(new SimReplica(world, this, partition));
    }

    int index() {
        return index;
    }

    SiteId site() {
        return world.sites.get(index);
    }

    long identity() {
        return identity;
    }

    SimDisk disk() {
        return disk;
    }

    boolean up() {
        return up;
    }

    /** It runs and its disk works. */
    boolean sound() {
        return up && !paused && disk.sound();
    }

    boolean paused() {
        return paused;
    }

    /** Counts the starts and crashes of this node: what belongs to one life ends with it. */
    int life() {
        return life;
    }

    SimReplica replica(int partition) {
        return replicas.get(partition);
    }

    Now now() {
        long nanos = clockOrigin + (long) ((world.queue.now() - clockSetAt) * clockRate);
        return new Now(nanos, SimClients.START_MILLIS + world.queue.now() / MILLI + wallOffsetMillis);
    }

    /** A new process may count its time from anywhere. */
    private void newClock() {
        clockSetAt = world.queue.now();
        clockOrigin = world.random.between(1, 20_000 * MILLI);
    }

    void clockRate(double rate) {
        Now before = now();
        clockOrigin = before.nanos();
        clockSetAt = world.queue.now();
        clockRate = rate;
    }

    void wallOffset(long millis) {
        wallOffsetMillis = millis;
    }

    void start() {
        up = true;
        life++;
        paused = false;
        inbox.clear();
        say("starts");
        newClock();
        for (SimReplica replica : replicas) {
            replica.start();
            lost.forEach(site -> replica.raft(new Input.Unreachable(site)));
        }
        tickWaits = false;
        int current = life;
        world.queue.after(world.random.between(1, TICK), () -> tick(current));
    }

    private void tick(int current) {
        if (current != life || !up) {
            return;
        }
        world.queue.after(TICK, () -> tick(current));
        if (paused && tickWaits) {
            return;
        }
        tickWaits = paused;
        whenAwake(() -> {
            tickWaits = false;
            for (SimReplica replica : replicas) {
                replica.tick();
            }
        });
    }

    void crash() {
        if (!up) {
            return;
        }
        say("crashes");
        up = false;
        life++;
        paused = false;
        inbox.clear();
        for (SimReplica replica : replicas) {
            replica.crash();
        }
    }

    /** Takes the storage of a node that is down; it will come back as another one. */
    void wipe(long newIdentity) {
        say("loses its storage, will be " + newIdentity);
        identity = newIdentity;
        disk.heal();
        for (SimReplica replica : replicas) {
            replica.wiped();
        }
    }

    boolean hasCopy() {
        return replicas.stream().allMatch(SimReplica::hasCopy);
    }

    void copyDisk() {
        say("has its disk copied");
        replicas.forEach(SimReplica::copyDisk);
    }

    /** Of a node that is down: it starts next from what its disk held when it was copied. */
    void putBackCopy() {
        say("has its disk put back");
        disk.heal();
        replicas.forEach(SimReplica::putBackCopy);
    }

    void pause() {
        if (up) {
            say("stands still");
            paused = true;
        }
    }

    void resume() {
        if (!paused) {
            return;
        }
        say("goes on");
        paused = false;
        int current = life;
        while (!inbox.isEmpty() && !paused && current == life) {
            inbox.removeFirst().happen();
        }
    }

    /** Lets something happen in this process: now, or when it goes on. */
    void whenAwake(EventQueue.Event event) {
        if (!up) {
            return;
        }
        if (paused) {
            inbox.addLast(event);
        } else {
            event.happen();
        }
    }

    void send(int to, int partition, PeerMessage message) {
        SimNode receiver = nodes.get(to);
        PeerMessage arriving = message instanceof PeerMessage.ImageChunk chunk ? perhapsCorrupt(chunk) : message;
        network.send(index, to, new Delivery(receiver, partition, arriving));
    }

    /** The most frequent event of all, so one object: it happens where it arrives, and again when a node that stood still goes on. */
    private record Delivery(SimNode to, int partition, PeerMessage message) implements EventQueue.Event {
        @Override
        public void happen() {
            if (to.up && to.paused) {
                to.inbox.addLast(this);
            } else if (to.up) {
                to.replicas.get(partition).received(message);
            }
        }
    }

    private PeerMessage perhapsCorrupt(PeerMessage.ImageChunk chunk) {
        boolean corrupt = world.has(Fault.CORRUPT_CHUNK) && chunk.bytes().length() > 0 && world.random.chance(0.05);
        if (!corrupt) {
            return chunk;
        }
        byte[] bytes = chunk.bytes().unsafeArray().clone();
        bytes[world.random.below(bytes.length)] ^= (byte) (1 << world.random.below(8));
        say("sends a wrong bit");
        return new PeerMessage.ImageChunk(
                chunk.from(),
                chunk.identity(),
                chunk.term(),
                chunk.imageIndex(),
                chunk.imageTerm(),
                chunk.number(),
                chunk.count(),
                chunk.checksum(),
                Bytes.wrap(bytes));
    }

    /** A hint about another site, true or not, reaches all replicas of this node. */
    void hint(int about, boolean reachable) {
        SiteId site = world.sites.get(about);
        if (reachable) {
            lost.remove(site);
        } else {
            lost.add(site);
        }
        if (up) {
            say("is told that " + site + " is " + (reachable ? "reachable" : "unreachable"));
        }
        whenAwake(() -> {
            for (SimReplica replica : replicas) {
                replica.raft(reachable ? new Input.Reachable(site) : new Input.Unreachable(site));
            }
        });
    }

    void memory(boolean full) {
        say(full ? "is full" : "has room again");
        whenAwake(() -> {
            for (SimReplica replica : replicas) {
                replica.raft(new Input.Room(full, full ? 0 : Long.MAX_VALUE));
                if (full) {
                    replica.step(new PartitionInput.FreeDisk());
                }
            }
        });
    }

    /** What its replicas are told of its journal, true or not. */
    void storageSlow(boolean slow) {
        say(slow ? "is told that its journal is slow" : "is told that its journal is slow no more");
        whenAwake(() -> {
            for (SimReplica replica : replicas) {
                replica.raft(new Input.StorageSlow(slow));
            }
        });
    }

    private void say(String what) {
        if (world.trace.readable()) {
            world.trace.line(site().toString(), what);
        }
        world.trace.count(1000 + index, what.length(), life);
    }
}
