package io.holdfast.server.partition;

import io.holdfast.core.InvariantViolation;
import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.PartitionOutput;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.Outputs;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.txn.Unfinished;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.membership.SiteReachability;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One replica of a partition: runs the pure core and never blocks. It supervises the replica's {@link PartitionJournal}, sends
 * what the core says, and answers callers. No rule of the protocol is in here.
 *
 * <p>A failed journal makes the core hand over leadership, then both start anew with backoff. A broken invariant stops the replica
 * for good, with its storage as it is.
 */
public final class PartitionReplica extends AbstractBehavior<ReplicaMessage> {
    private static final Duration HOUSEKEEPING = Duration.ofMillis(500);
    /** The origin of this process's monotonic time; positive, as the core wants it. */
    private static final long ORIGIN = System.nanoTime() - 1;

    private final PartitionId partition;
    private final KeyspaceDefinition definition;
    private final ReplicaContext shared;
    private final ReplicaObserver observer;
    private final ReplicaIncidents incidents;
    private final TickTimer ticks;
    private final ReplicaStorage storage;
    private final SiteReachability.Subscription reachability;
    private final Callers callers;
    private final NodeNews news;
    private final PreferredLeader preferred;
    private final Peers peers;
    // Made once: the simple compiler makes a method reference the slow way each time.
    private final Consumer<Outgoing> sendAtOnce;
    private final Consumer<Outgoing> sendAtLeisure;
    private final DataMemory.Share memory;
    private final ByteBudget.Share pendingWrites;
    private final ImageWork images;

    private Optional<PartitionCore> core = Optional.empty();
    private long publishedNanos;

    /** The behavior of a replica, supervised. */
    public static Behavior<ReplicaMessage> create(
            PartitionId partition, KeyspaceDefinition definition, ReplicaContext shared, ReplicaObserver observer) {
        Behavior<ReplicaMessage> replica = Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new PartitionReplica(context, timers, partition, definition, shared, observer)));
        var withBackoff = SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.2)
                .withResetBackoffAfter(Duration.ofSeconds(10));
        // A failed journal is an incident, told once; each further attempt of each replica would only bury it in the
        // log.
        Behavior<ReplicaMessage> stopping =
                Behaviors.supervise(replica).onFailure(InvariantViolation.class, SupervisorStrategy.stop());
        // The innermost is asked first, and the outermost takes whatever is left.
        return Behaviors.supervise(Behaviors.supervise(stopping)
                        .onFailure(JournalFailure.class, withBackoff.withLoggingEnabled(false)))
                .onFailure(Exception.class, withBackoff);
    }

    private PartitionReplica(
            ActorContext<ReplicaMessage> context,
            TimerScheduler<ReplicaMessage> timers,
            PartitionId partition,
            KeyspaceDefinition definition,
            ReplicaContext shared,
            ReplicaObserver observer) {
        super(context);
        this.partition = partition;
        this.definition = definition;
        this.shared = shared;
        this.observer = observer;
        this.incidents = new ReplicaIncidents(partition, shared);
        this.ticks = new TickTimer(timers, PartitionReplica::nanos);
        this.callers = new Callers(partition, shared.site());
        this.news = new NodeNews(shared.room(), shared.pace(), shared.patience());
        this.preferred =
                new PreferredLeader(definition.preference(partition.number()).get(0), shared.returnLeadershipAfter());
        ActorRef<ReplicaMessage> self = context.getSelf();
        this.peers = new Peers(partition, shared, Adapter.toClassic(self));
        this.sendAtOnce = peers::send;
        this.sendAtLeisure = peers::sendAtLeisure;
        this.storage = ReplicaStorage.open(context, partition, definition, shared);
        this.reachability = shared.reachability()
                .subscribe((site, reachable) -> self.tell(new ReplicaEvent.SiteSeen(site, reachable)));
        this.memory = shared.room().memory().share();
        this.pendingWrites = shared.room().work().writes().share();
        this.images = new ImageWork(partition, shared, incidents, self);
        timers.startTimerWithFixedDelay("housekeeping", new ReplicaEvent.Housekeeping(), HOUSEKEEPING);
    }

    private static Now now() {
        return new Now(nanos(), System.currentTimeMillis());
    }

    private static long nanos() {
        return System.nanoTime() - ORIGIN;
    }

    @Override
    public Receive<ReplicaMessage> createReceive() {
        return new Guarded(receive());
    }

    private Receive<ReplicaMessage> receive() {
        return newReceiveBuilder()
                .onMessage(ReplicaMessage.FromPeer.class, peer -> received(peer.message(), sendAtOnce))
                .onMessage(ReplicaEvent.Heartbeat.class, heartbeat -> received(heartbeat.message(), sendAtLeisure))
                .onMessage(ReplicaMessage.Write.class, this::write)
                .onMessage(ReplicaMessage.Read.class, this::read)
                .onMessage(ReplicaEvent.ForCore.class, event -> step(event.input()))
                .onMessage(ReplicaEvent.ImageTried.class, this::imageTried)
                .onMessage(ReplicaEvent.SnapshotTried.class, this::snapshotTried)
                .onMessage(ReplicaEvent.Tick.class, tick -> tick())
                .onMessage(ReplicaEvent.Housekeeping.class, tick -> housekeep())
                .onMessage(ReplicaEvent.SiteSeen.class, this::siteSeen)
                .onMessage(ReplicaEvent.Opened.class, this::opened)
                .onMessage(ReplicaEvent.Retired.class, this::retired)
                .onMessage(ReplicaEvent.Recovered.class, event -> recovered(event.recovery()))
                .onMessage(ReplicaEvent.JournalFailed.class, failed -> journalFailed(failed.cause()))
                .onMessage(ReplicaMessage.Transfer.class, this::transfer)
                .onMessage(ReplicaEvent.Leave.class, leave -> leave())
                .onMessage(ReplicaMessage.Nudge.class, nudge -> step(raft(new Input.Nudge())))
                .onMessage(ReplicaMessage.KeepAlive.class, alive -> this)
                .onSignal(Terminated.class, ended -> actorStopped(Adapter.toClassic(ended.getRef())))
                .onSignal(PreRestart.class, signal -> ended())
                .onSignal(PostStop.class, signal -> ended())
                .build();
    }

    private Behavior<ReplicaMessage> actorStopped(org.apache.pekko.actor.ActorRef actor) {
        storage.stopped(actor);
        return this;
    }

    private Behavior<ReplicaMessage> opened(ReplicaEvent.Opened opened) {
        storage.opened(opened);
        return this;
    }

    private Behavior<ReplicaMessage> imageTried(ReplicaEvent.ImageTried tried) {
        return images.takes(tried) ? step(tried.result()) : this;
    }

    private Behavior<ReplicaMessage> snapshotTried(ReplicaEvent.SnapshotTried tried) {
        if (tried.failure().isEmpty()) {
            incidents.snapshotSaved();
            return step(new PartitionInput.SnapshotSaved(tried.number()));
        }
        if (shared.room().disk().low()) {
            // The journal that it was to cut fills the disk, and a node that is full lets nobody write; one that is
            // away does.
            return journalFailed(tried.failure().get());
        }
        incidents.snapshotFailed(tried.failure().get());
        return step(new PartitionInput.SnapshotFailed(tried.number()));
    }

    private Behavior<ReplicaMessage> retired(ReplicaEvent.Retired retired) {
        storage.delete(retired.parts());
        return this;
    }

    private static PartitionInput raft(Input input) {
        return new PartitionInput.ToRaft(input);
    }

    private Behavior<ReplicaMessage> recovered(Recovery recovery) {
        Now now = now();
        var random = new SplittableRandom();
        core = Optional.of(new PartitionCore(shared.configOf().apply(definition, partition), recovery, random, now));
        news.forget();
        incidents.recovered();
        step(raft(new Input.Tick()));
        shared.reachability().unreachable().forEach(site -> step(raft(new Input.Unreachable(site))));
        return this;
    }

    private Behavior<ReplicaMessage> received(PeerMessage message, Consumer<Outgoing> send) {
        peers.heard(message.from(), Adapter.toClassic(getContext()).sender());
        return step(raft(new Input.Received(message)), send);
    }

    private Behavior<ReplicaMessage> write(ReplicaMessage.Write write) {
        if (core.isEmpty()) {
            return refuse(write.requestId(), write.replyTo());
        }
        long deadline = nanos() + Duration.ofMillis(write.timeoutMillis()).toNanos();
        long token = callers.remember(write.requestId(), write.replyTo());
        var submit = new PartitionInput.Submit(
                token, write.concern(), deadline, write.commands(), callers.siteOf(write.replyTo(), shared::siteOf));
        // What brings no data is taken always: it ends what others wait for, or makes room.
        if (leads() && submit.brings() && !pendingWrites.mayTakeOrBegin(submit.size())) {
            callers.answer(new Reply.Refused(token, Reply.Refusal.OVERLOADED, Optional.empty()));
            return Behaviors.same();
        }
        return step(submit);
    }

    private boolean leads() {
        return core.isPresent() && core.get().raft().leadingTerm() != 0;
    }

    private Behavior<ReplicaMessage> read(ReplicaMessage.Read read) {
        if (core.isEmpty()) {
            return refuse(read.requestId(), read.replyTo());
        }
        long token = callers.remember(read.requestId(), read.replyTo());
        return step(new PartitionInput.Ask(token, read.queries(), read.maxStalenessMillis()));
    }

    /** The journal is still being read: another replica must answer. */
    private Behavior<ReplicaMessage> refuse(long requestId, ActorRef<ReplicaReply> replyTo) {
        var refused = new Reply.Refused(requestId, Reply.Refusal.NOT_LEADER, Optional.empty());
        callers.answer(replyTo, refused);
        return this;
    }

    private Behavior<ReplicaMessage> siteSeen(ReplicaEvent.SiteSeen seen) {
        return step(raft(seen.reachable() ? new Input.Reachable(seen.site()) : new Input.Unreachable(seen.site())));
    }

    private Behavior<ReplicaMessage> transfer(ReplicaMessage.Transfer transfer) {
        Optional<SiteId> to = transfer.toSite().isEmpty()
                ? core.flatMap(it -> PreferredLeader.bestOther(it.view()))
                : Optional.of(new SiteId(transfer.toSite()));
        to.ifPresent(site -> step(raft(new Input.Transfer(site))));
        return this;
    }

    /** Whoever still leads tells the best follower to stand at once; nothing is waited for, because no answers arrive here any more. */
    private Behavior<ReplicaMessage> leave() {
        transfer(new ReplicaMessage.Transfer(""));
        return Behaviors.stopped();
    }

    private Behavior<ReplicaMessage> step(PartitionInput input) {
        return step(input, sendAtOnce);
    }

    private Behavior<ReplicaMessage> step(PartitionInput input, Consumer<Outgoing> send) {
        if (core.isPresent()) {
            Now now = now();
            mustHold();
            tellOfNode(core.get(), now);
            PartitionOutput out = core.get().step(now, input);
            perform(core.get(), out, core.get().raft().readsWait() ? sendAtOnce : send);
        }
        // Not "this", which each of its supervisors would wrap anew.
        return Behaviors.same();
    }

    /**
     * Asked after the input was received and before anything comes of it: what was durable for this life by then, whoever takes over finds. After it,
     * messages and writes may leave as late as they like (docs/protocol.md, section 16).
     */
    private void mustHold() {
        if (!storage.isHeld()) {
            core = Optional.empty();
            incidents.leaseLost();
            throw new LeaseLost(partition);
        }
    }

    /** Before the input: it is to be judged by what is so now. */
    private void tellOfNode(PartitionCore running, Now now) {
        for (Optional<Input> told = news.next(); told.isPresent(); told = news.next()) {
            perform(running, running.step(now, raft(told.get())), sendAtOnce);
        }
    }

    private void perform(PartitionCore running, PartitionOutput out, Consumer<Outgoing> send) {
        // Plain loops and questions: the simple compiler makes lambdas that hold something the slow way.
        if (out.write().isPresent()) {
            storage.tell(out.write().get());
        }
        if (out.snapshot().isPresent()) {
            storage.tell(out.snapshot().get());
        }
        for (Outgoing outgoing : out.messages()) {
            send.accept(outgoing);
        }
        for (Unfinished transaction : out.unfinished()) {
            shared.finisher().accept(partition, transaction);
        }
        if (out.encode().isPresent()) {
            images.encode(out.encode().get(), running.storeBytes());
        }
        if (out.decode().isPresent()) {
            images.decode(out.decode().get());
        }
        memory.set(running.memoryBytes());
        pendingWrites.set(running.pendingBytes());
        images.sends(running.imageBytes());
        observer.stepped(running);
        publish(running);
        if (out.rolledBack().isPresent()) {
            rolledBack(out.rolledBack().get());
        }
        // Last: who sees a reply must find the state that it speaks of.
        for (Reply reply : out.replies()) {
            callers.answer(reply);
        }
        ticks.tickBy(running.nextTickNanos());
    }

    private void rolledBack(Outputs.RolledBack found) {
        if (partition.equals(KeyspaceDefinition.CATALOG_PARTITION)) {
            shared.identity().becomes(found.identity());
        }
        incidents.rolledBack(found);
    }

    private Behavior<ReplicaMessage> tick() {
        ticks.ended();
        if (core.isPresent() && nanos() < core.get().nextTickNanos()) {
            ticks.tickBy(core.get().nextTickNanos());
            return Behaviors.same();
        }
        long patience = shared.patience().get().toNanos();
        ticks.patient(patience > 0 && !leads());
        step(raft(new Input.Tick(patience)), sendAtLeisure);
        ticks.patient(false);
        return Behaviors.same();
    }

    /** Tells the node how this replica stands: at once when who leads has changed, else now and then. */
    private void publish(PartitionCore running) {
        long now = System.nanoTime();
        Optional<ReplicaDirectory.Local> last = shared.directory().find(partition);
        boolean leadershipChanged = last.isEmpty()
                || !last.get().view().leader().equals(running.raft().leader())
                || last.get().view().role() != running.raft().role()
                || !last.get().replica().equals(getContext().getSelf());
        if (leadershipChanged || now - publishedNanos > HOUSEKEEPING.toNanos()) {
            publishedNanos = now;
            shared.directory()
                    .update(new ReplicaDirectory.Local(partition, getContext().getSelf(), running.view()));
        }
    }

    private Behavior<ReplicaMessage> housekeep() {
        core.ifPresent(running -> {
            mustHold();
            tellOfNode(running, now());
            if (running.full()) {
                // So that a silent leader forgets what has become too old to be read.
                step(raft(shared.room().state()));
            }
            if (running.snapshotWouldFree() && shared.room().disk().maySnapshot(running.storeBytes())) {
                step(new PartitionInput.FreeDisk());
            }
            publish(running);
            shared.clock()
                    .found(running.raft().wallFinding(now()), running.raft().wallFindingFresh());
            preferred
                    .handOverTo(running.view(), System.nanoTime())
                    .ifPresent(site -> step(raft(new Input.Transfer(site))));
        });
        return this;
    }

    private Behavior<ReplicaMessage> journalFailed(Throwable cause) {
        // What is committed is applied while the journal is read.
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof InvariantViolation violation) {
                throw violation;
            }
        }
        incidents.journalFailed(cause);
        step(raft(new Input.StorageFailed()));
        core = Optional.empty();
        throw new JournalFailure(partition, cause);
    }

    private Behavior<ReplicaMessage> ended() {
        reachability.close();
        storage.end();
        memory.end();
        pendingWrites.set(0);
        images.end();
        shared.directory().remove(partition, getContext().getSelf());
        return this;
    }

    /**
     * Whatever finds an invariant broken, in a step or in what the core is asked: this replica does not start again in this process. And what the storage of
     * an earlier life has told, none of this one may hear.
     */
    private final class Guarded extends Receive<ReplicaMessage> {
        private final Receive<ReplicaMessage> receive;

        Guarded(Receive<ReplicaMessage> receive) {
            this.receive = receive;
        }

        @Override
        public Behavior<ReplicaMessage> receiveMessage(ReplicaMessage message) throws Exception {
            try {
                if (message instanceof ReplicaEvent.FromStorage told) {
                    return told.by() == storage ? receive.receiveMessage(told.event()) : Behaviors.same();
                }
                return receive.receiveMessage(message);
            } catch (InvariantViolation violation) {
                throw broken(violation);
            }
        }

        @Override
        public Behavior<ReplicaMessage> receiveSignal(Signal signal) throws Exception {
            try {
                return receive.receiveSignal(signal);
            } catch (InvariantViolation violation) {
                throw broken(violation);
            }
        }

        private InvariantViolation broken(InvariantViolation violation) {
            shared.quarantined().add(partition);
            incidents.broken(violation);
            return violation;
        }
    }
}
