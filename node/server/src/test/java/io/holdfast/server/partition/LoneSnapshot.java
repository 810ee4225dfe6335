package io.holdfast.server.partition;

import io.holdfast.core.partition.ReplicaSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.Recovery;
import org.apache.pekko.persistence.SaveSnapshotSuccess;

/** Leaves a snapshot in a journal without records, as a holder does that dies before there is one behind it. */
final class LoneSnapshot extends AbstractPersistentActor {
    private final String persistenceId;
    private final CompletableFuture<Long> saved;

    private LoneSnapshot(String persistenceId, CompletableFuture<Long> saved) {
        this.persistenceId = persistenceId;
        this.saved = saved;
    }

    static void save(ActorSystem system, String persistenceId, ReplicaSnapshot snapshot) {
        var saved = new CompletableFuture<Long>();
        ((ExtendedActorSystem) system)
                .systemActorOf(
                        Props.create(LoneSnapshot.class, () -> new LoneSnapshot(persistenceId, saved)), "lone-snapshot")
                .tell(new SnapshotRecord(snapshot), null);
        long number = saved.orTimeout(20, TimeUnit.SECONDS).join();
        if (number != 0) {
            throw new AssertionError("the journal " + persistenceId + " has records up to " + number);
        }
    }

    @Override
    public String persistenceId() {
        return persistenceId;
    }

    @Override
    public Recovery recovery() {
        return Recovery.none();
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder().build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(SnapshotRecord.class, this::saveSnapshot)
                .match(
                        SaveSnapshotSuccess.class,
                        success -> saved.complete(success.metadata().sequenceNr()))
                .build();
    }
}
