package io.holdfast.server.membership;

import io.holdfast.persistence.cassandra.CassandraStorage;
import io.holdfast.persistence.cells.SharedCells;
import io.holdfast.server.membership.IdentityRecord.GenesisAdopted;
import io.holdfast.server.membership.SiteIdentityStore.Adopt;
import io.holdfast.server.membership.SiteIdentityStore.Stored;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.Status;
import org.apache.pekko.pattern.Patterns;

/**
 * Does what {@link SiteIdentityStore} does, for a site whose journal is in Cassandra: there the identity is that of the keyspace, drawn
 * when it was created, and the genesis is a cell beside it that the first node to ask sets. So any machine of the site finds
 * the same. When Cassandra fails it stops, and is to be started anew.
 */
final class KeyspaceIdentityStore extends AbstractActor {
    private static final String GENESIS = "genesis";

    private final ActorRef listener;
    private final SiteIdentityStore.Failures failures;
    private final CassandraStorage storage;

    private KeyspaceIdentityStore(ActorRef listener, SiteIdentityStore.Failures failures) {
        this.listener = listener;
        this.failures = failures;
        this.storage = CassandraStorage.get(getContext().getSystem());
    }

    static Props props(ActorRef listener, IncidentLog incidents, String site) {
        return Props.create(
                KeyspaceIdentityStore.class,
                () -> new KeyspaceIdentityStore(listener, new SiteIdentityStore.Failures(incidents, site)));
    }

    @Override
    public void preStart() {
        pipe(found());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Adopt.class, adopt -> pipe(kept(adopt.genesis())))
                .match(Stored.class, this::tell)
                .match(Status.Failure.class, this::failed)
                .build();
    }

    /** Whoever was first: what stands there afterwards counts. */
    private CompletionStage<Stored> kept(Genesis genesis) {
        return storage.cells()
                .set(GENESIS, 0, new GenesisAdopted(genesis).encode())
                .thenCompose(set -> found());
    }

    private CompletionStage<Stored> found() {
        return storage.cells()
                .read(GENESIS)
                .thenApply(cell -> cell.map(SharedCells.Cell::value).map(KeyspaceIdentityStore::decode))
                .thenCompose(genesis -> storage.identity().thenApply(identity -> new Stored(identity, genesis)));
    }

    private static Genesis decode(byte[] bytes) {
        if (IdentityRecord.decode(bytes) instanceof GenesisAdopted adopted) {
            return adopted.genesis();
        }
        throw new IllegalArgumentException(
                "the cell '" + GENESIS + "' of this site's keyspace is no genesis: it is damaged");
    }

    private void pipe(CompletionStage<Stored> stored) {
        Patterns.pipe(stored, getContext().getDispatcher()).to(getSelf());
    }

    private void tell(Stored stored) {
        failures.over();
        listener.tell(stored, getSelf());
    }

    private void failed(Status.Failure failure) {
        failures.report("read or written", failure.cause());
        getContext().stop(getSelf());
    }
}
