package io.holdfast.server.partition;

import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes a journal that no replica will ever read again, and its snapshots. What cannot be deleted stays, and harms nobody. */
final class RetiredJournal extends AbstractPersistentActor {
    private static final Logger LOG = LoggerFactory.getLogger(RetiredJournal.class);
    private static final int STEPS = 2;

    private final String persistenceId;
    private int done;

    private RetiredJournal(String persistenceId) {
        this.persistenceId = persistenceId;
    }

    static Props props(String persistenceId) {
        return Props.create(RetiredJournal.class, () -> new RetiredJournal(persistenceId));
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public org.apache.pekko.persistence.Recovery recovery() {
        return org.apache.pekko.persistence.Recovery.none();
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(RecoveryCompleted.class, completed -> {
                    deleteMessages(lastSequenceNr());
                    deleteSnapshots(SnapshotSelectionCriteria.latest());
                })
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(DeleteMessagesSuccess.class, success -> step())
                .match(DeleteSnapshotsSuccess.class, success -> step())
                .match(DeleteMessagesFailure.class, failure -> failed(failure.cause()))
                .match(DeleteSnapshotsFailure.class, failure -> failed(failure.cause()))
                .build();
    }

    private void failed(Throwable cause) {
        LOG.info(
                "The retired journal {} was not deleted, and is left where it is: {}", persistenceId, cause.toString());
        step();
    }

    private void step() {
        if (++done == STEPS) {
            getContext().stop(getSelf());
        }
    }
}
