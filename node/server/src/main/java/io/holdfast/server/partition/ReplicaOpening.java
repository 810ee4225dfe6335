package io.holdfast.server.partition;

import io.holdfast.core.partition.JournalContradiction;
import io.holdfast.core.partition.Recovery;
import io.holdfast.persistence.StorageException;
import io.holdfast.persistence.cassandra.CassandraErrors;
import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.Patterns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a replica at a site of several nodes: takes its lease, replays the journals that its earlier lives have left, and settles in the lease
 * which records these were. Only then may the replica say or write anything.
 */
final class ReplicaOpening extends AbstractActorWithTimers {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaOpening.class);
    private static final long WAITING_LOG_NANOS = Duration.ofSeconds(10).toNanos();

    private final PartitionId partition;
    private final LongFunction<Recovery> recoveryOf;
    private final Tenure.Claim claim;
    private final Duration retryInterval;
    private final IncidentLog incidents;
    private final Consumer<ReplicaEvent> replica;
    private long nextWaitingLog = System.nanoTime() + WAITING_LOG_NANOS;
    private Lineage lineage;
    private Recovery recovery;
    /** The journals that have not been read yet. */
    private Deque<Lineage.Part> toRead = new ArrayDeque<>();

    /** The last record of the journal that was open; 0: there was none, or it does not count. */
    private long foundInOpen;

    private record Taken(boolean taken, Optional<Throwable> failure) {}

    private record Settled(boolean settled, Optional<Throwable> failure) {}

    private enum Timer {
        TRY
    }

    private ReplicaOpening(
            PartitionId partition,
            LongFunction<Recovery> recoveryOf,
            Tenure.Claim claim,
            Duration retryInterval,
            IncidentLog incidents,
            Consumer<ReplicaEvent> replica) {
        this.partition = partition;
        this.recoveryOf = recoveryOf;
        this.claim = claim;
        this.retryInterval = retryInterval;
        this.incidents = incidents;
        this.replica = replica;
    }

    /**
     * @param recoveryOf begins the recovery of a replica with this identity
     * @param replica is told {@link ReplicaEvent.Opened} or {@link ReplicaEvent.JournalFailed}
     */
    static Props props(
            PartitionId partition,
            LongFunction<Recovery> recoveryOf,
            Tenure.Claim claim,
            Duration retryInterval,
            IncidentLog incidents,
            Consumer<ReplicaEvent> replica) {
        return Props.create(
                ReplicaOpening.class,
                () -> new ReplicaOpening(partition, recoveryOf, claim, retryInterval, incidents, replica));
    }

    @Override
    public void preStart() {
        take();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .matchEquals(Timer.TRY, timer -> take())
                .match(Taken.class, this::taken)
                .match(JournalLoader.Loaded.class, this::loaded)
                .match(JournalLoader.Failed.class, failed -> notLoaded(failed.cause()))
                .match(Settled.class, this::settled)
                .build();
    }

    private void take() {
        Patterns.pipe(
                        claim.take()
                                .handle((taken, failure) ->
                                        new Taken(failure == null && taken, Optional.ofNullable(failure))),
                        getContext().getDispatcher())
                .to(getSelf());
    }

    private void taken(Taken taken) {
        if (taken.taken()) {
            begin();
            return;
        }
        long now = System.nanoTime();
        if (now - nextWaitingLog >= 0) {
            nextWaitingLog = now + WAITING_LOG_NANOS;
            LOG.info(
                    "{}: this node waits for the replica's lease: {}",
                    partition,
                    taken.failure().map(CassandraErrors::reason).orElse("another node of the site has it"));
        }
        getTimers().startSingleTimer(Timer.TRY, Timer.TRY, retryInterval);
    }

    /** A lineage that is damaged, or from a newer version, is told for what it is. */
    private void begin() {
        try {
            lineage = claim.lineage();
        } catch (RuntimeException unreadable) {
            replica.accept(new ReplicaEvent.JournalFailed(unreadable));
            return;
        }
        read(lineage.counting());
    }

    private void read(List<Lineage.Part> parts) {
        recovery = recoveryOf.apply(lineage.identity());
        toRead = new ArrayDeque<>(parts);
        if (parts.size() >= Lineage.MANY_PARTS) {
            recovery.saveSoon();
        }
        readNext();
    }

    private void readNext() {
        if (toRead.isEmpty()) {
            settle(lineage.continuedBy(claim.epoch(), foundInOpen));
        } else {
            Lineage.Part part = toRead.peek();
            getContext().actorOf(JournalLoader.props(part.persistenceId(partition), part.last(), recovery, getSelf()));
        }
    }

    private void loaded(JournalLoader.Loaded loaded) {
        if (loaded.loneSnapshot()) {
            passOver(toRead.remove());
            return;
        }
        if (toRead.remove().last() == Lineage.OPEN) {
            foundInOpen = loaded.last();
        }
        readNext();
    }

    /**
     * Its holder was to install an image and has not come so far that it counts. The journal has no record, so whoever comes later will not find it in the
     * lineage: what this life went on from would be missing there.
     */
    private void passOver(Lineage.Part journal) {
        read(lineage.counting().stream()
                .filter(part -> part.epoch() != journal.epoch())
                .toList());
    }

    /**
     * Records that contradict each other were written by two at once, whatever should have kept that from happening. Which of them were acknowledged
     * or voted for cannot be known, so none is chosen: the replica becomes a new one, which the leader fills. The old journals stay for examination.
     */
    private void notLoaded(Throwable cause) {
        if (!showsTwoWriters(cause)) {
            replica.accept(new ReplicaEvent.JournalFailed(cause));
            return;
        }
        List<String> journals = lineage.counting().stream()
                .map(part -> part.persistenceId(partition))
                .toList();
        long identity = claim.drawIdentity();
        incidents.report(
                "two-writers",
                partition.toString(),
                "its journals " + journals + " contradict themselves: " + cause.getMessage(),
                String.format(
                        Locale.ROOT,
                        "rebuilt from the leader as the new replica %016x; its journals are kept",
                        identity));
        LOG.error(
                "{}: its journals {} contradict themselves, it is rebuilt from the leader; they were of {}",
                partition,
                journals,
                lineage,
                cause);
        recovery = recoveryOf.apply(identity);
        settle(Lineage.empty(identity).continuedBy(claim.epoch(), 0));
    }

    private static boolean showsTwoWriters(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // The last is what Pekko's replay filter says in mode "fail"; it has no type of its own.
            if (cause instanceof JournalContradiction
                    || cause instanceof StorageException.TwoWriters
                    || cause instanceof StorageException.Hole
                    || cause instanceof IllegalStateException
                            && String.valueOf(cause.getMessage()).startsWith("Invalid replayed event")) {
                return true;
            }
        }
        return false;
    }

    private void settle(Lineage settled) {
        CompletionStage<Boolean> settling = claim.settle(settled);
        Patterns.pipe(
                        settling.handle(
                                (done, failure) -> new Settled(failure == null && done, Optional.ofNullable(failure))),
                        getContext().getDispatcher())
                .to(getSelf());
    }

    private void settled(Settled settled) {
        if (settled.settled()) {
            LOG.info("{}: this node has taken the replica's lease, epoch {}", partition, claim.epoch());
            replica.accept(new ReplicaEvent.Opened(recovery, Lineage.persistenceId(partition, claim.epoch())));
        } else {
            replica.accept(new ReplicaEvent.JournalFailed(settled.failure()
                    .orElseGet(() -> new IllegalStateException("its lease was lost while it was opened"))));
        }
    }
}
