package io.holdfast.server.partition;

import io.holdfast.core.partition.Recovery;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** Replays a journal that another life of the replica wrote, up to the record that counts, and writes nothing. */
final class JournalLoader extends AbstractPersistentActor {
    private final String persistenceId;
    private final long last;
    private final ActorRef listener;
    private final JournalReplay replay;
    private boolean snapshotFound;

    /**
     * @param last the number of the last record that was found and counts
     * @param loneSnapshot whether the recovery now holds a snapshot that has no record behind it, and so does not count
     */
    record Loaded(long last, boolean loneSnapshot) {}

    record Failed(Throwable cause) {}

    private JournalLoader(String persistenceId, long last, Recovery recovery, ActorRef listener) {
        this.persistenceId = persistenceId;
        this.last = last;
        this.replay = new JournalReplay(persistenceId, last != Lineage.OPEN, recovery);
        this.listener = listener;
    }

    /**
     * @param last {@link Lineage#OPEN}: all there is
     * @param recovery is filled
     * @param listener is told {@link Loaded} or {@link Failed}
     */
    static Props props(String persistenceId, long last, Recovery recovery, ActorRef listener) {
        return Props.create(JournalLoader.class, () -> new JournalLoader(persistenceId, last, recovery, listener));
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public org.apache.pekko.persistence.Recovery recovery() {
        long upTo = last == Lineage.OPEN ? Long.MAX_VALUE : last;
        return org.apache.pekko.persistence.Recovery.create(
                SnapshotSelectionCriteria.create(upTo, Long.MAX_VALUE), upTo);
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(SnapshotOffer.class, this::snapshot)
                .match(JournalRecord.class, record -> replay.record(record, lastSequenceNr()))
                .match(RecoveryCompleted.class, completed -> completed())
                .build();
    }

    private void snapshot(SnapshotOffer offer) {
        snapshotFound = true;
        replay.snapshot(offer);
    }

    /**
     * What was found must be all of it: a record that is said to be there and is not must not be passed over. In a closed journal it has been read and settled,
     * and been lost since, so that no later attempt would find it.
     */
    private void completed() {
        long expected = last == Lineage.OPEN ? lastSequenceNr() : last;
        try {
            replay.end(expected);
            listener.tell(new Loaded(expected, snapshotFound && expected == 0), getSelf());
        } catch (IllegalStateException missing) {
            listener.tell(new Failed(missing), getSelf());
        }
        getContext().stop(getSelf());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder().build();
    }

    @Override
    public void onRecoveryFailure(Throwable cause, scala.Option<Object> event) {
        listener.tell(new Failed(cause), getSelf());
    }
}
