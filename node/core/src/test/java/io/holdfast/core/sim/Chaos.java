package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static io.holdfast.core.sim.SimWorld.SECOND;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Injects the faults that the seed has turned on, and ends them all when the calm begins. */
final class Chaos {
    /** Less than outcomes are kept: who hears of the right time late lets it jump by as much. */
    private static final long MOST_WRONG_MILLIS = 90_000;

    private final SimWorld world;
    private final SimNetwork network;
    private final List<SimNode> nodes;
    private final List<SimPartition> partitions;
    private final List<Runnable> kinds = new ArrayList<>();
    private final long meanGap;
    final long wallSpreadMillis;
    private final Optional<SimNode> wrongClock;
    private final long wrongByMillis;
    private boolean isWrong = true;
    private final ClockChaos clocks;
    private Optional<SimClients> clients = Optional.empty();
    private long lastIdentity;

    Chaos(SimWorld world, SimNetwork network, List<SimNode> nodes, List<SimPartition> partitions, long lastIdentity) {
        this.world = world;
        this.network = network;
        this.nodes = nodes;
        this.partitions = partitions;
        this.lastIdentity = lastIdentity;
        this.meanGap = world.random.between(20, 300) * MILLI;
        this.wallSpreadMillis = world.random.pick(world.outcomesExpire() ? List.of(0L, 20L) : List.of(0L, 20L, 500L));
        boolean wrong = world.has(Fault.WALL_WRONG) && !world.outcomesExpire();
        this.wrongClock = wrong ? Optional.of(any()) : Optional.empty();
        this.wrongByMillis = (world.random.chance(0.5) ? 1 : -1) * world.random.between(30_000, MOST_WRONG_MILLIS);
        this.clocks = new ClockChaos(world, network, nodes, partitions, this);
        add(Fault.SLOW_LINK, this::slowLink);
        add(Fault.CUT, this::cut);
        add(Fault.CUT, this::breakLink);
        add(Fault.CUT_ONE_WAY, this::cutOneWay);
        add(Fault.SWIZZLE, this::swizzle);
        add(Fault.SLOW_DISK, this::slowDisk);
        add(Fault.STALLED_DISK, this::stallDisk);
        add(Fault.FULL_DISK, this::fullDisk);
        add(Fault.CRASH, () -> crash(any(), duration()));
        add(Fault.CRASH, () -> crash(leader(), duration()));
        add(Fault.BLACKOUT, this::blackout);
        add(Fault.PAUSE, this::pause);
        add(Fault.WALL_JUMP, () -> setWall(any()));
        if (wrong) {
            kinds.add(this::setRightOrWrong);
        }
        if (!world.has(Fault.CLOCK_WILD)) {
            add(Fault.CLOCK_CHANGE, clocks::setRates);
        }
        add(Fault.LYING_HINTS, () -> hint(any(), any(), world.random.chance(0.5)));
        add(Fault.TRANSFER, this::transfer);
        add(Fault.WIPE, this::wipe);
        add(Fault.FULL_MEMORY, this::fullMemory);
        add(Fault.ROLL_BACK, new DiskCopies(world, this, nodes, partitions)::copyOrPutBack);
        if (world.has(Fault.CUT)) {
            add(Fault.TRANSFER, this::transferAndCutOff);
            add(Fault.CRASH, this::cutOffAndRestartTheOthers);
            if (clocks.differ()) {
                kinds.add(clocks::cutOffTheSlowest);
            }
        }
    }

    /** Whom it brings where trouble is. */
    void clients(SimClients all) {
        clients = Optional.of(all);
        clocks.clients(all);
    }

    private void add(Fault fault, Runnable kind) {
        if (world.has(fault)) {
            kinds.add(kind);
        }
    }

    /** How far the wall clocks that staleness is judged by may be apart. */
    long mostApartMillis() {
        return wrongClock.isPresent() ? 2 * (MOST_WRONG_MILLIS + wallSpreadMillis) : 2 * wallSpreadMillis;
    }

    /** A leader may have a wall clock that is wrong by far, and know no better because too few others are there. */
    boolean wallMayBeWrong() {
        return wrongClock.isPresent();
    }

    void start() {
        for (SimNode node : nodes) {
            setWall(node);
        }
        clocks.setRates();
        if (!kinds.isEmpty()) {
            world.queue.after(world.random.exponential(meanGap), this::next);
        }
    }

    private void next() {
        if (!world.calm) {
            world.random.pick(kinds).run();
            world.queue.after(world.random.exponential(meanGap), this::next);
        }
    }

    private void setWall(SimNode node) {
        long wrong = isWrong && wrongClock.equals(Optional.of(node)) ? wrongByMillis : 0;
        node.wallOffset(wrong + world.random.between(-wallSpreadMillis, wallSpreadMillis));
    }

    private void setRightOrWrong() {
        isWrong = !isWrong;
        wrongClock.ifPresent(this::setWall);
    }

    SimNode any() {
        return world.random.pick(nodes);
    }

    /** Whoever leads some partition, because trouble there matters most. */
    SimNode leader() {
        int partition = world.random.below(partitions.size());
        for (SimNode node : nodes) {
            boolean leads = node.up()
                    && node.replica(partition).core().isPresent()
                    && node.replica(partition).core().get().raft().leadingTerm() != 0;
            if (leads) {
                return node;
            }
        }
        return any();
    }

    private long duration() {
        return world.random.chance(0.15)
                ? world.random.between(300 * MILLI, 2 * SECOND)
                : world.random.exponential(200.0 * MILLI);
    }

    void later(long delay, Runnable end) {
        world.queue.after(delay, () -> {
            if (!world.calm) {
                end.run();
            }
        });
    }

    void say(String what) {
        if (world.trace.readable()) {
            world.trace.line("chaos", what);
        }
    }

    private void slowLink() {
        int from = any().index();
        int to = any().index();
        network.slow(from, to, world.random.between(5, 200) * MILLI);
        later(duration(), () -> network.slow(from, to, 0));
    }

    private void cut() {
        SimNode lonely = world.random.chance(0.5) ? leader() : any();
        say("cuts off " + lonely.site());
        isolate(lonely, true);
        later(duration(), () -> {
            say("heals " + lonely.site());
            isolate(lonely, false);
        });
    }

    void isolate(SimNode lonely, boolean cut) {
        for (SimNode other : nodes) {
            if (other != lonely) {
                link(lonely, other, cut);
            }
        }
    }

    /** Both go on reaching the others, for long enough at times that leaders leave. */
    private void breakLink() {
        SimNode one = any();
        SimNode other = nodes.get((one.index() + 1 + world.random.below(nodes.size() - 1)) % nodes.size());
        say("breaks the link of " + one.site() + " and " + other.site());
        link(one, other, true);
        later(duration(), () -> link(one, other, false));
    }

    private void link(SimNode one, SimNode other, boolean cut) {
        network.cut(one.index(), other.index(), cut);
        network.cut(other.index(), one.index(), cut);
        notice(one, other, !cut);
        notice(other, one, !cut);
    }

    private void cutOneWay() {
        SimNode from = any();
        SimNode to = any();
        say("cuts " + from.site() + " -> " + to.site());
        network.cut(from.index(), to.index(), true);
        later(duration(), () -> network.cut(from.index(), to.index(), false));
    }

    private void swizzle() {
        var order = new ArrayList<>(nodes);
        shuffle(order);
        long at = 0;
        for (SimNode node : order) {
            at += world.random.exponential(60.0 * MILLI);
            later(at, () -> isolate(node, true));
        }
        shuffle(order);
        for (SimNode node : order) {
            at += world.random.exponential(60.0 * MILLI);
            later(at, () -> isolate(node, false));
        }
    }

    private void shuffle(List<SimNode> order) {
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, world.random.below(i + 1));
        }
    }

    private void slowDisk() {
        SimNode node = world.random.chance(0.3) ? leader() : any();
        node.disk().slow(world.random.between(1, 60) * MILLI);
        noticeSlowness(node);
        later(duration(), () -> node.disk().slow(0));
    }

    private void stallDisk() {
        SimNode node = world.random.chance(0.3) ? leader() : any();
        node.disk().stall(world.queue.now() + duration());
        noticeSlowness(node);
    }

    /** Some time after it began, and until some time after it has ended, or not at all. */
    private void noticeSlowness(SimNode node) {
        if (world.random.chance(0.5)) {
            later(world.random.exponential(30.0 * MILLI), () -> node.storageSlow(true));
            later(duration(), () -> node.storageSlow(false));
        }
    }

    private void fullDisk() {
        SimNode node = any();
        say("fills the disk of " + node.site());
        node.disk().full(true);
        later(duration(), () -> node.disk().full(false));
    }

    private void fullMemory() {
        SimNode node = world.random.chance(0.5) ? leader() : any();
        node.memory(true);
        later(duration(), () -> node.memory(false));
    }

    void crash(SimNode node, long downFor) {
        if (!node.up()) {
            return;
        }
        node.crash();
        tellOthers(node, false);
        later(downFor, () -> restart(node));
    }

    private void restart(SimNode node) {
        if (!node.up()) {
            node.start();
            tellOthers(node, true);
        }
    }

    private void blackout() {
        say("blackout");
        for (SimNode node : nodes) {
            crash(node, duration());
        }
    }

    private void pause() {
        SimNode node = world.random.chance(0.5) ? leader() : any();
        if (node.up() && !node.paused()) {
            node.pause();
            later(duration(), node::resume);
        }
    }

    private void transfer() {
        int partition = world.random.below(partitions.size());
        SimNode from = leader();
        var to = world.random.pick(world.sites);
        from.whenAwake(() -> from.replica(partition).raft(new Input.Transfer(to)));
    }

    /** The old leader hears nothing of the new one: it must not read under a lease that it gave away. */
    private void transferAndCutOff() {
        SimNode from = leader();
        for (SimPartition partition : partitions) {
            SimNode to = any();
            from.whenAwake(() -> from.replica(partition.number()).raft(new Input.Transfer(to.site())));
        }
        if (world.has(Fault.CROWD)) {
            partitions.forEach(it -> clients.orElseThrow().crowd(from.index(), it.number(), 2 * MILLI, 120 * MILLI));
        }
        later(world.random.exponential(1.5 * MILLI), () -> isolate(from, true));
        later(world.random.between(100, 600) * MILLI, () -> isolate(from, false));
    }

    /** The others come back at once, without the memory of what they promised the leader. */
    private void cutOffAndRestartTheOthers() {
        SimNode alone = leader();
        isolate(alone, true);
        for (SimNode node : nodes) {
            if (node != alone && node.up()) {
                node.crash();
                later(world.random.between(0, 5) * MILLI, () -> restart(node));
            }
        }
        later(world.random.between(100, 600) * MILLI, () -> isolate(alone, false));
    }

    /** Takes a storage for good, if the partitions still tolerate that. */
    private void wipe() {
        SimNode node = any();
        if (!mayLose(node)) {
            return;
        }
        node.crash();
        tellOthers(node, false);
        node.wipe(++lastIdentity);
        later(duration(), () -> restart(node));
    }

    /** Whether its storage may be lost, or what it has last held. */
    boolean mayLose(SimNode node) {
        return unrestored() - (restored(node) ? 0 : 1) < world.tolerated();
    }

    private int unrestored() {
        return (int) nodes.stream().filter(node -> !restored(node)).count();
    }

    /** A lost replica stands for a site again when it is admitted and every living site knows it. */
    private boolean restored(SimNode node) {
        for (SimPartition partition : partitions) {
            long identity = node.replica(partition.number()).identity();
            boolean admitted = partition.checker().membership().isVoter(node.site(), identity);
            boolean remembers = node.replica(partition.number()).remembersAll();
            if (!admitted || !remembers || !knownEverywhere(node.site(), identity, partition)) {
                return false;
            }
        }
        return true;
    }

    private boolean knownEverywhere(SiteId site, long identity, SimPartition partition) {
        if (partition.genesis().isVoter(site, identity)) {
            return true;
        }
        return nodes.stream().allMatch(each -> each.replica(partition.number())
                .core()
                .map(core -> core.raft().membership().isVoter(site, identity))
                .orElse(false));
    }

    private void tellOthers(SimNode about, boolean reachable) {
        for (SimNode observer : nodes) {
            if (observer != about) {
                notice(observer, about, reachable);
            }
        }
    }

    /** The membership service notices sooner or later; where hints lie it may not notice at all. */
    private void notice(SimNode observer, SimNode about, boolean reachable) {
        long delay = world.random.between(10, 120) * MILLI;
        if (world.has(Fault.LYING_HINTS)) {
            if (world.random.chance(0.3)) {
                return;
            }
            delay = world.random.between(0, 1500) * MILLI;
        }
        later(delay, () -> hint(observer, about, reachable));
    }

    void hint(SimNode observer, SimNode about, boolean reachable) {
        if (observer != about) {
            observer.hint(about.index(), reachable);
        }
    }

    /** Ends all faults. Answers the nodes that stay dead for now. */
    List<SimNode> calm() {
        var dead = new ArrayList<SimNode>();
        if (world.has(Fault.DEAD_MINORITY)) {
            int mayDie = world.tolerated() - unrestored();
            for (SimNode node : nodes) {
                if (mayDie > 0 && restored(node) && world.random.chance(0.5)) {
                    mayDie--;
                    dead.add(node);
                }
            }
        }
        world.calm = true;
        say("calm begins"
                + (dead.isEmpty()
                        ? ""
                        : " without " + dead.stream().map(SimNode::site).toList()));
        network.heal();
        for (SimNode node : nodes) {
            node.disk().heal();
            node.resume();
            node.memory(false);
            node.storageSlow(false);
            if (dead.contains(node)) {
                node.crash();
            } else if (!node.up()) {
                node.start();
            }
        }
        tellTheTruth();
        return dead;
    }

    /** Lets the dead come back, some of them without what they held. */
    void revive(List<SimNode> dead) {
        for (SimNode node : dead) {
            if (world.faults.contains(Fault.WIPE) && mayLose(node) && world.random.chance(0.5)) {
                node.wipe(++lastIdentity);
            }
            node.start();
        }
        tellTheTruth();
    }

    private void tellTheTruth() {
        for (SimNode observer : nodes) {
            for (SimNode about : nodes) {
                world.queue.after(world.random.between(1, 100) * MILLI, () -> hint(observer, about, about.up()));
            }
        }
    }
}
