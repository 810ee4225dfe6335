package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Single questions to replicas, with an end to waiting. Those that ask for a transaction's sake have tokens of their own. */
final class SimCalls {
    private static final long FIRST_TOKEN = 1L << 40;
    private static final long ALL_SITES_WITHIN = 80 * MILLI;

    private final SimWorld world;
    private final SimNetwork network;
    private final List<SimNode> nodes;
    private final double loss;
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private long lastToken = FIRST_TOKEN;

    /** Told once: what the site answered, or nothing if it did not. */
    interface Answer {
        void comes(int site, Optional<Reply> reply);
    }

    /** What a replica is given; deadlines are by the clock of the node where it arrives. */
    private interface Input {
        PartitionInput of(long token, SimNode at);
    }

    /** @param from the node that asks, or -1 for a client */
    private record Waiting(int from, Answer answer) {}

    SimCalls(SimWorld world, SimNetwork network, List<SimNode> nodes) {
        this.world = world;
        this.network = network;
        this.nodes = nodes;
        this.loss = world.has(Fault.DROP) ? 0.02 : 0;
    }

    static boolean owns(long token) {
        return token >= FIRST_TOKEN;
    }

    /** Whether the site refused for want of memory. */
    static boolean isFull(Optional<Reply> reply) {
        return reply.isPresent()
                && reply.get() instanceof Reply.Refused refused
                && refused.reason() == Reply.Refusal.FULL;
    }

    void read(int from, int site, int partition, List<Query> queries, Answer answer) {
        send(from, site, partition, answer, (token, at) -> new PartitionInput.Ask(token, queries, 0), 0, false);
    }

    void write(int from, int site, int partition, WriteConcern concern, Command command, Answer answer) {
        long extra = concern == WriteConcern.ALL ? 2 * ALL_SITES_WITHIN : 0;
        send(
                from,
                site,
                partition,
                answer,
                (token, at) -> new PartitionInput.Submit(
                        token,
                        concern,
                        at.now().nanos() + ALL_SITES_WITHIN,
                        List.of(command),
                        from < 0 ? Optional.empty() : Optional.of(world.sites.get(from))),
                extra,
                true);
    }

    private void send(
            int from, int site, int partition, Answer answer, Input input, long extraPatience, boolean copies) {
        long token = ++lastToken;
        waiting.put(token, new Waiting(from, answer));
        EventQueue.Event arrival = () -> nodes.get(site)
                .whenAwake(() -> nodes.get(site).replica(partition).step(input.of(token, nodes.get(site))));
        carry(from, site, arrival);
        if (copies && world.has(Fault.LATE_COPY) && world.random.chance(0.03)) {
            int elsewhere = world.random.below(nodes.size());
            long unheard = ++lastToken;
            world.queue.after(world.random.between(1, 4000) * MILLI, () -> nodes.get(elsewhere)
                    .whenAwake(() ->
                            nodes.get(elsewhere).replica(partition).step(input.of(unheard, nodes.get(elsewhere)))));
        }
        long patience = world.random.between(80, 300) * MILLI + extraPatience;
        world.queue.after(patience, () -> {
            Waiting late = waiting.remove(token);
            if (late != null) {
                late.answer().comes(site, Optional.empty());
            }
        });
    }

    /** Clients have a network of their own. */
    private void carry(int from, int to, EventQueue.Event event) {
        if (from >= 0 && to >= 0 && from != to) {
            network.send(from, to, event);
        } else if (!world.random.chance(loss)) {
            world.queue.after(world.random.between(MILLI / 20, MILLI / 2), event);
        }
    }

    /** A replica has answered one of these. */
    void replied(int site, Reply reply) {
        Waiting asked = waiting.get(reply.token());
        if (asked == null) {
            return;
        }
        EventQueue.Event arrival = () -> {
            Waiting mine = waiting.remove(reply.token());
            if (mine != null) {
                mine.answer().comes(site, Optional.of(reply));
            }
        };
        if (asked.from() >= 0 && asked.from() != site) {
            network.send(site, asked.from(), arrival);
        } else {
            carry(-1, site, arrival);
        }
    }
}
