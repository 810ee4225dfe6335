package io.holdfast.server.gateway;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.txn.Unfinished;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Exchange.Route;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.server.partition.ReplicaRouter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A node's way to all partitions: sends operations to the replica that leads, matches the answers, and ends every operation
 * once, with an answer or an error. Thread-safe; nothing here waits or blocks.
 *
 * <p>What it may repeat by itself: an operation that was refused by a replica that does not lead (nothing has happened), and one
 * whose leader was replaced while it waited. The latter may have been applied; repeating it is safe because every write has an
 * id, with which a partition applies it once (DESIGN 3, rule 10). Both together at most {@value #MAX_REROUTES} times.
 */
public final class Gateway {
    static final int MAX_REROUTES = 2;
    static final long NUDGE_AFTER_NANOS = 300_000_000L;

    private final GatewayConfig config;
    private final Routes routes;
    private final ReplicaRouter router;
    private final DrawnIds ids;
    private final Operations operations;
    private final Transactions transactions;
    private final ConcurrentHashMap<Long, Exchange> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicLong lastRequest = new AtomicLong();
    private final List<ActorRef<ReplicaReply>> receivers;

    /** @param receivers gives the actors that hand what they receive to the given gateway */
    Gateway(
            GatewayConfig config,
            ReplicaDirectory directory,
            KeyspaceRegistry registry,
            ReplicaRouter router,
            java.util.function.Function<Gateway, List<ActorRef<ReplicaReply>>> receivers) {
        this.config = config;
        this.routes = new Routes(config, directory, registry);
        this.router = router;
        this.ids = new DrawnIds(config.clientId());
        this.operations = new Operations(ids, config.wallMillis());
        this.transactions = new Transactions(this, config);
        this.receivers = List.copyOf(receivers.apply(this));
    }

    /** Makes what {@link #submit} takes. */
    public Operations operations() {
        return operations;
    }

    /** The site that leads the partition as far as is known, or an empty text. */
    public String leaderOf(PartitionId partition) {
        return routes.leaderName(partition);
    }

    /** Operations that have not ended. */
    public int outstanding() {
        return outstanding.get() + transactions.underWay();
    }

    /**
     * Sends the operations on their way. The caller is told of each exactly once, possibly before this returns. Operations on one
     * partition that have the same kind and concern are applied in the order of the list.
     */
    public void submit(List<? extends Operation> submitted, Caller caller) {
        List<? extends Operation> single = commits(submitted) ? beginCommits(submitted, caller) : submitted;
        Grouping.group(single, group -> begin(group, caller, config.maxOutstanding()));
    }

    /**
     * Of transactions that have begun: they are taken where the node has no room for more operations, because they make room. There are as many as the
     * coordinators have under way.
     */
    void submitSteps(List<Operation.Write> steps, Caller caller) {
        Grouping.group(steps, group -> begin(group, caller, Integer.MAX_VALUE));
    }

    private static boolean commits(List<? extends Operation> submitted) {
        for (Operation operation : submitted) {
            if (operation instanceof Operation.Commit) {
                return true;
            }
        }
        return false;
    }

    /** Begins the commits and answers the other operations. */
    private List<? extends Operation> beginCommits(List<? extends Operation> submitted, Caller caller) {
        var commits = new ArrayList<Operation.Commit>();
        var others = new ArrayList<Operation>();
        for (Operation operation : submitted) {
            if (operation instanceof Operation.Commit commit) {
                commits.add(commit);
            } else {
                others.add(operation);
            }
        }
        transactions.begin(commits, caller);
        return others;
    }

    /** A partition led by this node asks for one of its transactions to be brought to its end. */
    public void finish(PartitionId partition, Unfinished unfinished) {
        transactions.finish(partition, unfinished);
    }

    /** Hands leadership of a partition over, if its leader is where this node believes. Nobody answers. */
    public void transfer(PartitionId partition, String toSite) {
        deliver(partition, routes.toLeader(partition), new ReplicaMessage.Transfer(toSite));
    }

    private void begin(List<Operation> group, Caller caller, int limit) {
        long now = config.nanos().getAsLong();
        int timeoutMillis = 0;
        for (Operation operation : group) {
            timeoutMillis = Math.max(timeoutMillis, operation.timeoutMillis());
        }
        var exchange = new Exchange(caller, group, now + timeoutMillis * 1_000_000L);
        int before = outstanding.getAndAdd(group.size());
        if (before + group.size() > limit) {
            // Without a leader, as it is not the partition that has too much to do.
            fail(exchange, Failures.nodeOverloaded(limit), "");
            return;
        }
        PartitionId partition = exchange.partition;
        Route route = exchange.maxStalenessMillis() > 0 ? routes.nearest(partition) : routes.toLeader(partition);
        if (routes.isOutOfReach(route, partition)) {
            routes.doesNotAnswer(partition);
            fail(exchange, Failures.cutOff(partition), "");
            return;
        }
        send(exchange, route, now);
    }

    /** Whether this node reaches too few sites for anything to come of the partition. */
    public boolean isCutOff(PartitionId partition) {
        return routes.isCutOff(partition);
    }

    private void send(Exchange exchange, Route route, long now) {
        long id = lastRequest.incrementAndGet();
        exchange.route = route;
        exchange.requestId = id;
        exchange.sentNanos = now;
        // Built before it is in the table: from then on the exchange may belong to another thread.
        ReplicaMessage message = exchange.message(receivers.get((int) (id % receivers.size())), now);
        waiting.put(id, exchange);
        deliver(exchange.partition, route, message);
    }

    private void deliver(PartitionId partition, Route route, ReplicaMessage message) {
        if (route.local().isPresent()) {
            route.local().get().replica().tell(message);
        } else {
            router.tell(route.site(), new ReplicaEnvelope(partition, message));
        }
    }

    /** Called by the receivers, on their threads. */
    void received(ReplicaReply reply) {
        routes.heardFrom(reply.fromSite());
        Exchange exchange = waiting.remove(reply.reply().token());
        // Absent: it has timed out, or was asked elsewhere; the answer will come from there.
        if (exchange == null) {
            return;
        }
        if (reply.reply() instanceof Reply.Refused refused) {
            refused(exchange, refused);
            return;
        }
        if (!exchange.anyReplica()) {
            routes.leads(exchange.partition, reply.fromSite());
        }
        String leader = exchange.anyReplica() ? routes.leaderName(exchange.partition) : reply.fromSite();
        if (reply.reply() instanceof Reply.Written written) {
            written(exchange, written.outcomes(), leader);
        } else if (reply.reply() instanceof Reply.Answered answered) {
            found(exchange, answered.answers(), leader);
        }
    }

    private void written(Exchange exchange, List<Outcome> outcomes, String leader) {
        if (!exchange.isWrite() || outcomes.size() != exchange.operations.size()) {
            fail(exchange, Failures.wrongAnswer(exchange.partition));
            return;
        }
        var answers = new ArrayList<Answer>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            answers.add(new Answer(exchange.operations.get(i), written(exchange, outcomes.get(i))));
        }
        end(exchange, leader, answers);
    }

    /** A lock says that nothing came of this attempt, too. */
    private static Result written(Exchange exchange, Outcome outcome) {
        return exchange.unsure && outcome.kind() == Outcome.Kind.LOCKED
                ? Failures.refused(exchange.partition, Reply.Refusal.LEADERSHIP_LOST)
                : new Result.Written(outcome);
    }

    /** A replica may answer only the first queries, when the values would not fit one message: the rest is asked again. */
    private void found(Exchange exchange, List<Query.Answer> found, String leader) {
        int count = found.size();
        if (exchange.isWrite() || count == 0 || count > exchange.operations.size()) {
            fail(exchange, Failures.wrongAnswer(exchange.partition));
            return;
        }
        var answers = new ArrayList<Answer>(count);
        for (int i = 0; i < count; i++) {
            answers.add(new Answer(exchange.operations.get(i), new Result.Found(found.get(i))));
        }
        Route route = exchange.route;
        end(exchange, leader, answers);
        if (count < exchange.operations.size()) {
            send(exchange.rest(count), route, config.nanos().getAsLong());
        }
    }

    private void refused(Exchange exchange, Reply.Refused refused) {
        long now = config.nanos().getAsLong();
        boolean mayRepeat = refused.reason() == Reply.Refusal.NOT_LEADER
                && exchange.reroutes < MAX_REROUTES
                && now < exchange.deadlineNanos;
        Optional<Route> next = mayRepeat ? next(exchange, refused) : Optional.empty();
        if (next.isPresent()) {
            exchange.reroutes++;
            send(exchange, next.get(), now);
        } else {
            if (refused.reason() == Reply.Refusal.NOT_LEADER) {
                routes.doesNotAnswer(exchange.partition);
            }
            refuse(exchange, refused.reason(), now);
        }
    }

    /**
     * A replica knows the leader of its group better than this node does, which may have no replica of it. One that does not know it need not be asked
     * of: that of this site may have just been started, or be rebuilt.
     */
    private Optional<Route> next(Exchange exchange, Reply.Refused refused) {
        PartitionId partition = exchange.partition;
        Optional<SiteId> leader = refused.leader().isPresent() ? refused.leader() : changedLeader(exchange);
        return leader.isPresent()
                ? Optional.of(routes.to(leader.get().name(), partition))
                : routes.elsewhere(exchange.route.site(), partition);
    }

    private void refuse(Exchange exchange, Reply.Refusal reason, long now) {
        boolean mayConcernSome = reason == Reply.Refusal.FULL || reason == Reply.Refusal.OVERLOADED;
        if (mayConcernSome && exchange.isWrite() && exchange.operations.size() > 1) {
            apart(exchange, reason, now);
        } else {
            fail(exchange, refusal(exchange, reason));
        }
    }

    private static Result.Failed refusal(Exchange exchange, Reply.Refusal reason) {
        return Failures.refused(exchange.partition, asFarAsKnown(exchange, reason));
    }

    /** One that needs room is enough for a group to be refused. Others may need none, or, where all is full, may have an outcome already. */
    private void apart(Exchange group, Reply.Refusal reason, long now) {
        var needNoRoom = new ArrayList<Operation>();
        var needRoom = new ArrayList<Operation>();
        for (Operation operation : group.operations) {
            (((Operation.Write) operation).command().brings() ? needRoom : needNoRoom).add(operation);
        }
        if (needRoom.isEmpty()) {
            boolean bug = reason == Reply.Refusal.FULL;
            fail(group, bug ? Failures.wrongAnswer(group.partition) : refusal(group, reason));
            return;
        }
        Route route = group.route;
        if (reason == Reply.Refusal.FULL) {
            needRoom.forEach(operation -> send(group.only(List.of(operation)), route, now));
        } else {
            fail(group.only(needRoom), refusal(group, reason));
        }
        if (!needNoRoom.isEmpty()) {
            send(group.only(needNoRoom), route, now);
        }
    }

    /** That nothing came of its attempt says nothing of one before it. */
    private static Reply.Refusal asFarAsKnown(Exchange exchange, Reply.Refusal reason) {
        return exchange.unsure && reason.nothingHappened() ? Reply.Refusal.LEADERSHIP_LOST : reason;
    }

    /** The leader as this node knows it, if that is not whom the exchange was sent to. */
    private Optional<SiteId> changedLeader(Exchange exchange) {
        return routes.leader(exchange.partition).filter(leader -> !leader.name().equals(exchange.route.site()));
    }

    /**
     * Ends what is past its deadline, and helps along what has waited long. Called every
     * {@link GatewayConfig#SWEEP_MILLIS}, by one thread at a time.
     */
    void sweep() {
        transactions.tick();
        long now = config.nanos().getAsLong();
        Set<PartitionId> nudged = new HashSet<>();
        for (Exchange exchange : waiting.values()) {
            if (now >= exchange.deadlineNanos) {
                if (waiting.remove(exchange.requestId, exchange)) {
                    routes.doesNotAnswer(exchange.partition);
                    fail(exchange, Failures.timedOut(exchange.partition, exchange.isWrite()));
                }
            } else if (routes.isOutOfReach(exchange.route, exchange.partition)) {
                if (waiting.remove(exchange.requestId, exchange)) {
                    giveUp(exchange);
                }
            } else if (exchange.reroutes < MAX_REROUTES && leaderChanged(exchange)) {
                ask(exchange, routes.toLeader(exchange.partition), now);
            } else if (!exchange.nudged && now - exchange.sentNanos >= NUDGE_AFTER_NANOS) {
                helpAlong(exchange, now, nudged);
            }
        }
    }

    /** Nobody here may know the leader: the replica that should run here may be on its way to another node, or be kept from running. */
    private void helpAlong(Exchange exchange, long now, Set<PartitionId> nudged) {
        PartitionId partition = exchange.partition;
        // Who was asked because it led may only be slow: a second attempt would double its load.
        boolean nobodyKnown = exchange.route.known().isEmpty() || routes.isStale(partition);
        boolean ask = nobodyKnown && routes.leader(partition).isEmpty() && exchange.reroutes < MAX_REROUTES;
        Optional<Route> elsewhere = ask ? routes.elsewhere(exchange.route.site(), partition) : Optional.empty();
        if (elsewhere.isPresent()) {
            ask(exchange, elsewhere.get(), now);
        } else {
            exchange.nudged = true;
            nudge(exchange, nudged);
        }
    }

    /** At another site the client may find the others; here it would wait in vain. */
    private void giveUp(Exchange exchange) {
        PartitionId partition = exchange.partition;
        routes.doesNotAnswer(partition);
        fail(exchange, exchange.isWrite() ? Failures.cutOffMeanwhile(partition) : Failures.cutOff(partition), "");
    }

    private void nudge(Exchange exchange, Set<PartitionId> nudged) {
        PartitionId partition = exchange.partition;
        if (routes.hasReplicaHere(partition) && nudged.add(partition)) {
            router.tell(config.localSite(), new ReplicaEnvelope(partition, new ReplicaMessage.Nudge()));
        }
    }

    /** Whether since the sending this node learned of another leader than the one asked, or the one asked started anew. */
    private boolean leaderChanged(Exchange exchange) {
        Route sent = exchange.route;
        Route current = routes.toLeader(exchange.partition);
        if (current.known().isEmpty()) {
            return false;
        }
        boolean elsewhere =
                !current.site().equals(sent.site()) && !current.known().equals(sent.known());
        return elsewhere || current.isAnotherLifeOf(sent);
    }

    private void ask(Exchange exchange, Route route, long now) {
        if (waiting.remove(exchange.requestId, exchange)) {
            exchange.unsure = exchange.isWrite();
            exchange.reroutes++;
            send(exchange, route, now);
        }
    }

    private void fail(Exchange exchange, Result.Failed failure) {
        fail(exchange, failure, routes.leaderName(exchange.partition));
    }

    private void fail(Exchange exchange, Result.Failed failure, String leader) {
        var answers = new ArrayList<Answer>(exchange.operations.size());
        exchange.operations.forEach(operation -> answers.add(new Answer(operation, failure)));
        end(exchange, leader, answers);
    }

    private void end(Exchange exchange, String leader, List<Answer> answers) {
        outstanding.addAndGet(-answers.size());
        if (exchange.isWrite()) {
            for (Answer answer : answers) {
                Operation.Write write = (Operation.Write) answer.operation();
                if (write.drawnId()) {
                    ids.done(write.command().id());
                }
            }
        }
        exchange.caller.answered(leader, answers);
    }
}
