package io.holdfast.server.partition;

import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.PartitionOutput.SaveSnapshot;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk of one replica, as a message peer: it takes writes and answers "durable up to n", so that the replica keeps answering
 * votes, acknowledgements and reads meanwhile. A classic persistent actor: an event sourced behavior would stash everything
 * while it writes, and would apply events before they are durable (DESIGN 9).
 *
 * <p>It knows no protocol. Whatever fails is reported once, and the replica starts both anew.
 */
final class PartitionJournal extends AbstractPersistentActor {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionJournal.class);
    private static final JournalRecord NOTHING =
            new JournalRecord(new LogWrite(0, Optional.empty(), OptionalLong.empty(), List.of(), 0));

    private final PartitionId partition;
    private final String persistenceId;
    private final Recovery recovery;
    private final Tenure tenure;
    private final StoragePace.Share pace;
    private final Consumer<ReplicaEvent> replica;
    private final JournalReplay replay;
    private int writesInFlight;
    private Optional<SaveSnapshot> waiting = Optional.empty();
    private Optional<SaveSnapshot> saving = Optional.empty();

    private PartitionJournal(
            PartitionId partition,
            String persistenceId,
            Recovery recovery,
            Tenure tenure,
            StoragePace pace,
            Consumer<ReplicaEvent> replica) {
        this.partition = partition;
        this.persistenceId = persistenceId;
        this.recovery = recovery;
        this.tenure = tenure;
        this.pace = pace.share();
        this.replica = replica;
        this.replay = new JournalReplay(persistenceId, false, recovery);
    }

    /**
     * @param persistenceId of the journal; with a lease, one that nobody has written to yet
     * @param recovery that replay fills, or has filled from earlier journals
     * @param tenure under which this journal's records may be deleted
     * @param pace is told how long writes take
     * @param replica is told events; must be thread-safe
     */
    static Props props(
            PartitionId partition,
            String persistenceId,
            Recovery recovery,
            Tenure tenure,
            StoragePace pace,
            Consumer<ReplicaEvent> replica) {
        return Props.create(
                PartitionJournal.class,
                () -> new PartitionJournal(partition, persistenceId, recovery, tenure, pace, replica));
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(SnapshotOffer.class, replay::snapshot)
                .match(JournalRecord.class, record -> replay.record(record, lastSequenceNr()))
                .match(RecoveryCompleted.class, completed -> recovered())
                .build();
    }

    private void recovered() {
        try {
            replay.end(lastSequenceNr());
        } catch (IllegalStateException missing) {
            fail(missing);
            return;
        }
        if (tenure.claim().isPresent() && lastSequenceNr() > 0) {
            fail(new IllegalStateException("the journal " + persistenceId + " of a lease that was just taken holds "
                    + lastSequenceNr() + " records already: another one is taken"));
        } else {
            replica.accept(new ReplicaEvent.Recovered(recovery));
        }
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(LogWrite.class, this::write)
                .match(SaveSnapshot.class, this::save)
                .match(SaveSnapshotSuccess.class, this::saved)
                .match(SaveSnapshotFailure.class, failure -> notSaved(failure.cause()))
                .match(
                        DeleteMessagesFailure.class,
                        failure -> LOG.warn(
                                "{}: old journal records stay until the next snapshot: {}",
                                partition,
                                failure.cause().toString()))
                .match(
                        DeleteSnapshotsFailure.class,
                        failure -> LOG.warn(
                                "{}: old snapshots stay until the next one: {}",
                                partition,
                                failure.cause().toString()))
                .match(DeleteMessagesSuccess.class, success -> {})
                .match(DeleteSnapshotsSuccess.class, success -> {})
                .build();
    }

    private void write(LogWrite write) {
        writesInFlight++;
        pace.began();
        persistAsync(new JournalRecord(write), record -> {
            writesInFlight--;
            pace.ended();
            // Before the replica hears of it, hence before it can write more: the snapshot stands for just this much.
            if (writesInFlight == 0) {
                waiting.ifPresent(this::start);
                waiting = Optional.empty();
            }
            replica.accept(new ReplicaEvent.ForCore(new PartitionInput.ToRaft(new Input.Durable(write.number()))));
        });
    }

    private void save(SaveSnapshot snapshot) {
        if (writesInFlight == 0) {
            start(snapshot);
        } else {
            waiting = Optional.of(snapshot);
        }
    }

    private void start(SaveSnapshot snapshot) {
        saving = Optional.of(snapshot);
        saveSnapshot(new SnapshotRecord(snapshot.snapshot()));
    }

    /**
     * In a journal without records it counts only when one stands behind it: who takes over a journal without any takes it for one that nobody has written to
     * (Lineage.continuedBy), and so does not look at a snapshot that lands there late either.
     */
    private void saved(SaveSnapshotSuccess success) {
        if (lastSequenceNr() > 0) {
            counts(success.metadata().sequenceNr());
        } else {
            persist(NOTHING, record -> counts(success.metadata().sequenceNr()));
        }
    }

    private void counts(long upTo) {
        // Asked after the snapshot is known to be durable: whoever takes over after this finds it (docs/protocol.md,
        // section 16).
        if (upTo > 0 && tenure.holds()) {
            deleteMessages(upTo);
            deleteSnapshots(SnapshotSelectionCriteria.create(upTo - 1, Long.MAX_VALUE));
        }
        tenure.snapshotSaved();
        tried(Optional.empty());
    }

    /** A replica goes on without a snapshot of its own, which only keeps the journal short; not without the image that it was to install. */
    private void notSaved(Throwable cause) {
        if (saving.filter(SaveSnapshot::installs).isPresent()) {
            fail(cause);
        } else {
            tried(Optional.of(cause));
        }
    }

    private void tried(Optional<Throwable> failure) {
        saving.ifPresent(snapshot -> replica.accept(new ReplicaEvent.SnapshotTried(snapshot.number(), failure)));
        saving = Optional.empty();
    }

    private void fail(Throwable cause) {
        replica.accept(new ReplicaEvent.JournalFailed(cause));
    }

    @Override
    public void postStop() {
        pace.close();
    }

    @Override
    public void onPersistFailure(Throwable cause, Object event, long sequenceNr) {
        fail(cause);
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
        fail(cause);
        getContext().stop(getSelf());
    }

    @Override
    public void onRecoveryFailure(Throwable cause, scala.Option<Object> event) {
        fail(cause);
    }
}
