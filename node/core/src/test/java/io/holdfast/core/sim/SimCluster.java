package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static io.holdfast.core.sim.SimWorld.SECOND;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RaftNode;
import io.holdfast.core.store.HybridClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A whole cluster in one thread: production replicas on a simulated clock, network and disk. The seed decides everything, so a
 * run can be repeated step by step. First trouble, then calm, in which all calls must end and all replicas come to the same
 * bytes.
 */
final class SimCluster {
    private static final long CHAOS_AT_MOST = 6 * SECOND;
    /** So long may a healthy group go without ending a call, and take to bring all replicas level. */
    private static final long CALM_AT_MOST = 15 * SECOND;

    /** Reads may be 10 s ahead, and answers by which clocks are compared late by seconds. */
    private static final long MOST_AHEAD_MILLIS = 20_000;

    private static final int EVENTS_AT_LEAST = 200_000;
    private static final int EVENTS_AN_OPERATION = 200;

    final SimWorld world;
    final SimNetwork network;
    final List<SimNode> nodes = new ArrayList<>();
    final List<SimPartition> partitions = new ArrayList<>();
    final SimClients clients;
    final SimTransactions transactions;
    final SimHistory history;
    final Chaos chaos;
    private final SimSteadyLoad steadyLoad;

    SimCluster(long seed, SimOptions options, boolean readable) {
        world = new SimWorld(seed, options, readable);
        network = new SimNetwork(world);
        Map<SiteId, Long> identities = new TreeMap<>();
        for (int site = 0; site < world.sites.size(); site++) {
            identities.put(world.sites.get(site), 1L + site);
            nodes.add(new SimNode(world, network, site, nodes, 1L + site));
        }
        Membership genesis = Membership.of(identities);
        for (int number = 0; number < world.options.partitions(); number++) {
            int here = number;
            partitions.add(new SimPartition(
                    world,
                    number,
                    genesis,
                    (reply, site) -> replied(site, here, reply),
                    (unfinished, site) -> unfinished(site, here, unfinished)));
        }
        nodes.forEach(node -> partitions.forEach(node::add));
        history = new SimHistory(world.options.partitions());
        chaos = new Chaos(world, network, nodes, partitions, world.sites.size());
        long slack = (chaos.mostApartMillis() + 50) * MILLI;
        clients = new SimClients(world, nodes, partitions, history, slack);
        chaos.clients(clients);
        transactions = new SimTransactions(world, this);
        steadyLoad = new SimSteadyLoad(world, this);
    }

    private void unfinished(int site, int partition, io.holdfast.core.txn.Unfinished unfinished) {
        transactions.coordinators.finish(site, partition, unfinished);
    }

    private void replied(int site, int partition, io.holdfast.core.partition.Reply reply) {
        if (SimCalls.owns(reply.token())) {
            transactions.calls.replied(site, reply);
        } else {
            clients.replied(site, partitions.get(partition), reply);
        }
    }

    /** Runs to the end. Throws what a checker or the core itself found wrong. */
    void run() {
        chaos.start();
        nodes.forEach(SimNode::start);
        clients.start();
        transactions.start();
        new SimLockWatch(world, this).start();
        while (world.queue.now() < CHAOS_AT_MOST && !clients.allBegun()) {
            advance();
        }
        runFor(world.random.between(0, 500) * MILLI);
        List<SimNode> dead = chaos.calm();
        long calmSince = world.queue.now();
        while (!clients.idle() || !transactions.idle()) {
            advance();
            long lastEnd = Math.max(clients.lastEnd(), transactions.lastEnd());
            if (world.queue.now() > Math.max(calmSince, lastEnd) + CALM_AT_MOST) {
                throw CheckFailed.of(
                        "liveness: %d calls and %d transactions never end:%s%n%s",
                        clients.underWay(), transactions.underWay(), clients.stillWaiting(), states());
            }
        }
        chaos.revive(dead);
        steadyLoad.start();
        converge();
        history.check(partitions, transactions.history);
        new SimTransactionCheck(partitions, transactions.history).check();
    }

    private void runFor(long nanos) {
        long until = world.queue.now() + nanos;
        while (world.queue.now() < until) {
            advance();
        }
    }

    /** Work must stay in proportion to what is asked: messages that breed more messages drown a group. */
    private void advance() {
        world.queue.next();
        long operations = clients.begun() + 5L * transactions.begun() + steadyLoad.begun();
        if (world.queue.planned() > EVENTS_AT_LEAST + EVENTS_AN_OPERATION * operations) {
            throw CheckFailed.of(
                    "a storm: %d events for %d operations%n%s", world.queue.planned(), clients.begun(), states());
        }
    }

    /** A partition's time must not follow a clock that is wrong: writes would be refused as too late until the others have caught up. */
    private void checkTime(long lastTimestamp, SimPartition partition) {
        long ahead = HybridClock.wallMillis(lastTimestamp) - SimClients.START_MILLIS - world.queue.now() / MILLI;
        if (ahead > MOST_AHEAD_MILLIS) {
            throw CheckFailed.of(
                    "the time of partition %d is %d ms ahead of that of most sites", partition.number(), ahead);
        }
    }

    private void converge() {
        long deadline = world.queue.now() + CALM_AT_MOST;
        while (!level()) {
            if (world.queue.now() > deadline) {
                throw CheckFailed.of("liveness: the replicas never come level%n%s", states());
            }
            runFor(50 * MILLI);
        }
        for (SimPartition partition : partitions) {
            checkTime(core(nodes.get(0), partition).currentImage().store().lastTimestamp(), partition);
            Optional<Bytes> first = Optional.empty();
            for (SimNode node : nodes) {
                Bytes bytes = core(node, partition).currentImage().encode();
                if (first.isPresent() && !first.get().equals(bytes)) {
                    String difference = ImageContent.difference(first.get(), bytes);
                    throw CheckFailed.of(
                            "replicas of partition %d hold different bytes: %s%n%s",
                            partition.number(), difference, states());
                }
                first = Optional.of(bytes);
            }
            ImageContent.check(first.orElseThrow(), partition.model());
        }
    }

    private boolean level() {
        for (SimPartition partition : partitions) {
            for (SimNode node : nodes) {
                SimReplica replica = node.replica(partition.number());
                if (replica.core().isEmpty() || !level(node.site(), replica)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean level(SiteId site, SimReplica replica) {
        PartitionCore core = replica.core().orElseThrow();
        RaftNode raft = core.raft();
        long committed = replica.partition().checker().committedIndex();
        return raft.commitIndex() == committed
                && raft.lastIndex() == committed
                && raft.membership().isVoter(site, replica.identity())
                && core.unfinished() == 0;
    }

    private static PartitionCore core(SimNode node, SimPartition partition) {
        return node.replica(partition.number()).core().orElseThrow();
    }

    private String states() {
        var text = new StringBuilder();
        for (SimPartition partition : partitions) {
            text.append("partition ").append(partition.number()).append(": committed ");
            text.append(partition.checker().committedIndex()).append(' ');
            text.append(partition.checker().membership()).append('\n');
            for (SimNode node : nodes) {
                text.append("  ")
                        .append(node.site())
                        .append(" identity ")
                        .append(node.replica(partition.number()).identity())
                        .append(' ');
                text.append(node.replica(partition.number())
                        .core()
                        .map(core -> core.raft().role() + " "
                                + core.raft().hardState() + " leader "
                                + core.raft().leader() + " commit "
                                + core.raft().commitIndex() + " last "
                                + core.raft().lastIndex() + " durable "
                                + core.raft().durableIndex() + " ticks " + core.needsTicks() + " "
                                + core.raft().leaderView()));
                text.append('\n');
            }
        }
        return text.toString();
    }
}
