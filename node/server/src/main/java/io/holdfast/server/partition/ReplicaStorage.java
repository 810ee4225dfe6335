package io.holdfast.server.partition;

import io.holdfast.core.partition.Recovery;
import io.holdfast.server.catalog.KeyspaceDefinition;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/**
 * The storage of one life of a replica: its tenure, and the actors that read and write its journal, which are the replica's children. For the
 * replica alone.
 */
final class ReplicaStorage {
    private final ActorContext<ReplicaMessage> replica;
    private final org.apache.pekko.actor.typed.ActorRef<ReplicaMessage> self;
    private final PartitionId partition;
    private final KeyspaceDefinition definition;
    private final ReplicaContext shared;
    private final Tenure tenure;
    private Optional<ActorRef> opening = Optional.empty();
    private Optional<ActorRef> journal = Optional.empty();

    private ReplicaStorage(
            ActorContext<ReplicaMessage> replica,
            PartitionId partition,
            KeyspaceDefinition definition,
            ReplicaContext shared) {
        this.replica = replica;
        this.partition = partition;
        this.definition = definition;
        this.shared = shared;
        this.self = replica.getSelf();
        this.tenure = shared.tenancy().begin(partition, parts -> self.tell(new ReplicaEvent.Retired(parts)));
    }

    /** Begins to open it; the replica is told {@link ReplicaEvent.Recovered}, under a lease after {@link ReplicaEvent.Opened}. */
    static ReplicaStorage open(
            ActorContext<ReplicaMessage> replica,
            PartitionId partition,
            KeyspaceDefinition definition,
            ReplicaContext shared) {
        var storage = new ReplicaStorage(replica, partition, definition, shared);
        storage.tenure
                .claim()
                .ifPresentOrElse(
                        storage::openUnderLease,
                        () -> storage.openJournal(
                                storage.recovery(shared.identity().now()), partition.toString()));
        return storage;
    }

    private Recovery recovery(long identity) {
        return new Recovery(
                shared.configOf().apply(definition, partition), shared.room().state(), definition.genesis(), identity);
    }

    private void openUnderLease(Tenure.Claim claim) {
        ActorRef started = Adapter.actorOf(
                replica,
                ReplicaOpening.props(
                        partition,
                        this::recovery,
                        claim,
                        shared.tenancy().retryInterval(),
                        shared.incidents(),
                        this::told));
        Adapter.watch(replica, started);
        opening = Optional.of(started);
    }

    /** On any thread. */
    private void told(ReplicaEvent event) {
        self.tell(new ReplicaEvent.FromStorage(this, event));
    }

    /**
     * An actor has stopped. If it was the one that reads or writes the journal now, the replica is told that this has failed, but after whatever the actor
     * has told itself, which says why.
     */
    void stopped(ActorRef actor) {
        if (opening.or(() -> journal).filter(actor::equals).isPresent()) {
            told(new ReplicaEvent.JournalFailed(new IllegalStateException("the journal actor stopped")));
        }
    }

    /** The earlier journals have been read. */
    void opened(ReplicaEvent.Opened opened) {
        opening.ifPresent(done -> {
            Adapter.unwatch(replica, done);
            Adapter.stop(replica, done);
        });
        opening = Optional.empty();
        openJournal(opened.recovery(), opened.persistenceId());
    }

    private void openJournal(Recovery recovery, String persistenceId) {
        ActorRef started = Adapter.actorOf(
                replica, PartitionJournal.props(partition, persistenceId, recovery, tenure, shared.pace(), this::told));
        Adapter.watch(replica, started);
        journal = Optional.of(started);
    }

    /** The tenure is told of each that is deleted. */
    void delete(List<Lineage.Part> parts) {
        parts.forEach(part -> Adapter.actorOf(
                replica, RetiredJournal.props(part.persistenceId(partition), () -> tenure.deleted(part))));
    }

    /** To the journal, which has been opened. */
    void tell(Object request) {
        journal.orElseThrow().tell(request, ActorRef.noSender());
    }

    /** See {@link Tenure#holds}. */
    boolean isHeld() {
        return tenure.holds();
    }

    /** The replica does nothing any more. */
    void end() {
        tenure.end();
    }
}
