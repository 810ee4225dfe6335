package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.SiteId;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Participant;
import io.holdfast.core.txn.Coordinator;
import io.holdfast.core.txn.CoordinatorInput;
import io.holdfast.core.txn.CoordinatorOutput;
import io.holdfast.core.txn.TransactionRequest;
import io.holdfast.core.txn.Unfinished;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs production coordinators on nodes: they die with their node, and stand still with it. */
final class SimCoordinators {
    static final String KEYSPACE = "p";

    private final SimWorld world;
    private final SimCluster cluster;
    private final SimCalls calls;
    /** By node and partition: the site that leads, as far as the node has heard; -1 if unknown. */
    private final int[][] hints;
    /** By node and partition: whom to ask when nobody is known to lead. By turns, as who did not answer must not be asked again and again (seed 30020526). */
    private final int[][] turns;

    SimCoordinators(SimWorld world, SimCluster cluster, SimCalls calls) {
        this.world = world;
        this.cluster = cluster;
        this.calls = calls;
        this.hints = new int[world.sites.size()][world.options.partitions()];
        this.turns = new int[world.sites.size()][world.options.partitions()];
        for (int[] ofNode : hints) {
            java.util.Arrays.fill(ofNode, -1);
        }
    }

    static Participant participant(int partition) {
        return new Participant(KEYSPACE, partition);
    }

    /** @param result told at most once, if the node lives so long */
    void run(
            int node,
            TransactionRequest request,
            WriteConcern concern,
            long timeoutMillis,
            Consumer<CoordinatorOutput.Result> result) {
        long now = cluster.nodes.get(node).now().nanos();
        var timing = new Coordinator.Timing(now + timeoutMillis * MILLI * 3 / 4, now + timeoutMillis * MILLI);
        new Running(node, Coordinator.of(request, timing), concern, result).tick();
    }

    void finish(int node, int partition, Unfinished unfinished) {
        Coordinator coordinator = Coordinator.of(
                unfinished, participant(partition), cluster.nodes.get(node).now());
        var running = new Running(node, coordinator, WriteConcern.MAJORITY, it -> {});
        running.told = true;
        running.tick();
    }

    private final class Running {
        final int node;
        final int life;
        final Coordinator coordinator;
        final WriteConcern concern;
        final Consumer<CoordinatorOutput.Result> result;
        /** Whether the client was answered; who only finishes has none. */
        boolean told;

        Running(int node, Coordinator coordinator, WriteConcern concern, Consumer<CoordinatorOutput.Result> result) {
            this.node = node;
            this.life = cluster.nodes.get(node).life();
            this.coordinator = coordinator;
            this.concern = concern;
            this.result = result;
        }

        void tick() {
            step(new CoordinatorInput.Tick());
            if (!coordinator.done()) {
                world.queue.after(SimNode.TICK, () -> whenAlive(this::tick));
            }
        }

        private void whenAlive(EventQueue.Event event) {
            SimNode home = cluster.nodes.get(node);
            home.whenAwake(() -> {
                if (home.life() == life) {
                    event.happen();
                }
            });
        }

        private void step(CoordinatorInput input) {
            if (coordinator.done()) {
                return;
            }
            CoordinatorOutput out = coordinator.step(cluster.nodes.get(node).now(), input);
            told |= out.result().isPresent();
            if (coordinator.done() && !told) {
                throw CheckFailed.of("a coordinator is done, and has not answered its client");
            }
            out.result().ifPresent(result);
            out.sends().forEach(this::send);
        }

        private void send(CoordinatorOutput.Send send) {
            int partition = send.to().number();
            int hint = hints[node][partition];
            int site = hint >= 0 ? hint : (node + turns[node][partition]++) % world.sites.size();
            // Only what the client is promised needs every site.
            boolean promised = send.step().promised();
            calls.write(
                    node,
                    site,
                    partition,
                    promised ? concern : WriteConcern.MAJORITY,
                    send.command(),
                    (from, reply) -> whenAlive(() -> answered(send, from, reply)));
        }

        private void answered(CoordinatorOutput.Send send, int from, Optional<Reply> reply) {
            int partition = send.to().number();
            if (reply.isPresent() && reply.get() instanceof Reply.Written written) {
                hints[node][partition] = from;
                step(new CoordinatorInput.Answered(
                        send.to(), send.step(), written.outcomes().get(0)));
                return;
            }
            Optional<SiteId> leader = reply.flatMap(it -> ((Reply.Refused) it).leader());
            hints[node][partition] = leader.map(world::indexOf).orElse(-1);
            step(
                    SimCalls.isFull(reply)
                            ? new CoordinatorInput.NoRoom(send.to(), send.step())
                            : new CoordinatorInput.Unanswered(send.to(), send.step()));
        }
    }
}
