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

/** Deletes a journal that no replica will ever read again, and its snapshots. What cannot be deleted stays until this is tried again, and harms nobody. */
final class RetiredJournal extends AbstractPersistentActor {
    private static final Logger LOG = LoggerFactory.getLogger(RetiredJournal.class);
    private static final int STEPS = 2;

    private final String persistenceId;
    private final Runnable deleted;
    private int done;
    private boolean failed;

    private RetiredJournal(String persistenceId, Runnable deleted) {
        this.persistenceId = persistenceId;
        this.deleted = deleted;
    }

    /** @param deleted is called, on any thread, when nothing is left of it */
    static Props props(String persistenceId, Runnable deleted) {
        return Props.create(RetiredJournal.class, () -> new RetiredJournal(persistenceId, deleted));
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
                "The retired journal {} was not deleted, the next snapshot tries again: {}",
                persistenceId,
                cause.toString());
        failed = true;
        step();
    }

    private void step() {
        if (++done == STEPS) {
            if (!failed) {
                deleted.run();
            }
            getContext().stop(getSelf());
        }
    }
}
