package io.holdfast.server.status;

import io.holdfast.config.NodeAddress;
import io.holdfast.config.PekkoConfig;
import io.holdfast.v1.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Answers other nodes' requests for a report, and collects theirs. To be started as {@code /system/}{@value #NAME} on every node. At
 * most one collection runs at a time; whoever asks meanwhile gets its result.
 */
public final class StatusActor extends AbstractBehavior<StatusMessage> {
    public static final String NAME = "holdfast-status";
    /** Nodes that have not answered after this count as not answering. */
    public static final Duration DEADLINE = Duration.ofMillis(500);

    private final LocalNode local;
    private final List<NodeAddress> others;
    private final BiConsumer<NodeAddress, NodeReportRequest> ask;
    private final Function<List<NodeReport>, Status> merge;
    private final TimerScheduler<StatusMessage> timers;

    private final List<CompletableFuture<Status>> waiting = new ArrayList<>();
    private final List<NodeReport> received = new ArrayList<>();
    private final Map<String, Integer> partsMissing = new HashMap<>();
    private long round;
    private boolean collecting;

    private StatusActor(
            ActorContext<StatusMessage> context,
            TimerScheduler<StatusMessage> timers,
            LocalNode local,
            List<NodeAddress> others,
            BiConsumer<NodeAddress, NodeReportRequest> ask,
            Function<List<NodeReport>, Status> merge) {
        super(context);
        this.timers = timers;
        this.local = local;
        this.others = List.copyOf(others);
        this.ask = ask;
        this.merge = merge;
    }

    /**
     * @param others all nodes but this one
     * @param ask sends a request to a node; see {@link #byPath}
     * @param merge makes the status out of the reports that came
     */
    public static Behavior<StatusMessage> create(
            LocalNode local,
            List<NodeAddress> others,
            BiConsumer<NodeAddress, NodeReportRequest> ask,
            Function<List<NodeReport>, Status> merge) {
        Behavior<StatusMessage> behavior = Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new StatusActor(context, timers, local, others, ask, merge)));
        return Behaviors.supervise(behavior).onFailure(SupervisorStrategy.restart());
    }

    /** Sends to the status actor of a node by its path: there is no need to know the node before. */
    public static BiConsumer<NodeAddress, NodeReportRequest> byPath(ActorSystem<?> system) {
        return (node, request) -> system.classicSystem()
                .actorSelection("pekko://" + PekkoConfig.SYSTEM_NAME + "@" + node.clusterEndpoint() + "/system/" + NAME)
                .tell(request, org.apache.pekko.actor.ActorRef.noSender());
    }

    /** The status as something to ask for. It fails with a {@link java.util.concurrent.TimeoutException} after four deadlines. */
    public static Supplier<CompletionStage<Status>> source(ActorRef<StatusMessage> actor) {
        return () -> {
            var result = new CompletableFuture<Status>();
            actor.tell(new StatusMessage.Collect(result));
            return result.orTimeout(4 * DEADLINE.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        };
    }

    @Override
    public Receive<StatusMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(NodeReportRequest.class, this::answer)
                .onMessage(NodeReport.class, this::received)
                .onMessage(StatusMessage.Collect.class, this::collect)
                .onMessage(StatusMessage.Over.class, over -> over.round() == round ? finish() : this)
                .build();
    }

    private Behavior<StatusMessage> answer(NodeReportRequest request) {
        local.report(request.round()).forEach(request.replyTo()::tell);
        return this;
    }

    private Behavior<StatusMessage> collect(StatusMessage.Collect collect) {
        waiting.add(collect.result());
        if (collecting) {
            return this;
        }
        collecting = true;
        round++;
        received.clear();
        received.addAll(local.report(round));
        partsMissing.clear();
        var request = new NodeReportRequest(round, getContext().getSelf().narrow());
        for (NodeAddress node : others) {
            // How many parts there are is known with the first.
            partsMissing.put(node.clusterEndpoint(), 0);
            ask.accept(node, request);
        }
        timers.startSingleTimer("over", new StatusMessage.Over(round), DEADLINE);
        return finishIfComplete();
    }

    private Behavior<StatusMessage> received(NodeReport report) {
        Integer missing = partsMissing.get(report.clusterEndpoint());
        if (!collecting || report.round() != round || missing == null) {
            return this;
        }
        received.add(report);
        int left = (missing == 0 ? report.parts() : missing) - 1;
        if (left == 0) {
            partsMissing.remove(report.clusterEndpoint());
        } else {
            partsMissing.put(report.clusterEndpoint(), left);
        }
        return finishIfComplete();
    }

    private Behavior<StatusMessage> finishIfComplete() {
        return partsMissing.isEmpty() ? finish() : this;
    }

    private Behavior<StatusMessage> finish() {
        if (!collecting) {
            return this;
        }
        collecting = false;
        timers.cancel("over");
        List<CompletableFuture<Status>> all = List.copyOf(waiting);
        waiting.clear();
        try {
            Status status = merge.apply(List.copyOf(received));
            all.forEach(result -> result.complete(status));
        } catch (RuntimeException e) {
            all.forEach(result -> result.completeExceptionally(e));
        }
        return this;
    }
}
