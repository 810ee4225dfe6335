package io.holdfast.server.membership;

import io.holdfast.server.membership.IdentityRecord.GenesisAdopted;
import io.holdfast.server.membership.IdentityRecord.IdentityDrawn;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Keeps in the site's own journal which storage this is and which cluster it belongs to: two events in all its life. It tells its
 * listener {@link Stored} once the identity is durable, and again once a genesis is. When the journal fails it stops, and
 * is to be started anew.
 *
 * <p>For a journal that one node alone writes; {@link KeyspaceIdentityStore} is for one that several share.
 */
final class SiteIdentityStore extends AbstractPersistentActor {
    static final String PERSISTENCE_ID = "_site-identity";

    private static final Logger LOG = LoggerFactory.getLogger(SiteIdentityStore.class);

    private final ActorRef listener;
    private final LongSupplier random;
    private final Failures failures;
    private long identity;
    private Optional<Genesis> genesis = Optional.empty();

    /** What is durable. */
    record Stored(long identity, Optional<Genesis> genesis) {}

    /** Asks to keep a genesis; ignored when there is one already. */
    record Adopt(Genesis genesis) {}

    /** The storage has gone back and is another one from now on. */
    record Become(long identity) {}

    private SiteIdentityStore(ActorRef listener, LongSupplier random, Failures failures) {
        this.listener = listener;
        this.random = random;
        this.failures = failures;
    }

    static Props props(ActorRef listener, LongSupplier random, IncidentLog incidents, String site) {
        return Props.create(
                SiteIdentityStore.class, () -> new SiteIdentityStore(listener, random, new Failures(incidents, site)));
    }

    @Override
    public String persistenceId() {
        return PERSISTENCE_ID;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(byte[].class, bytes -> apply(IdentityRecord.decode(bytes)))
                .match(RecoveryCompleted.class, completed -> recovered())
                .build();
    }

    private void recovered() {
        if (identity != 0) {
            tell();
            return;
        }
        long drawn = random.getAsLong();
        while (drawn == 0) {
            drawn = random.getAsLong();
        }
        LOG.info(
                "The storage of this site is empty: it gets the identity {}",
                String.format(Locale.ROOT, "%016x", drawn));
        keep(new IdentityDrawn(drawn));
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Adopt.class, this::adopt)
                .match(Become.class, become -> keep(new IdentityDrawn(become.identity())))
                .build();
    }

    private void adopt(Adopt adopt) {
        if (genesis.isPresent()) {
            tell();
        } else {
            keep(new GenesisAdopted(adopt.genesis()));
        }
    }

    private void keep(IdentityRecord record) {
        persist(record.encode(), bytes -> {
            apply(record);
            tell();
        });
    }

    private void apply(IdentityRecord record) {
        if (record instanceof IdentityDrawn drawn) {
            identity = drawn.identity();
        } else if (record instanceof GenesisAdopted adopted) {
            genesis = Optional.of(adopted.genesis());
        }
    }

    private void tell() {
        failures.over();
        listener.tell(new Stored(identity, genesis), getSelf());
    }

    // Pekko stops the actor after the first two; after a rejection it would go on, and the listener wait for ever.

    @Override
    public void onRecoveryFailure(Throwable cause, Option<Object> event) {
        failed("read", cause);
    }

    @Override
    public void onPersistFailure(Throwable cause, Object event, long sequenceNr) {
        failed("written", cause);
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
        failed("written", cause);
        getContext().stop(getSelf());
    }

    private void failed(String done, Throwable cause) {
        failures.report(done, cause);
    }

    /** How failures of a site's storage are told, wherever the identity lies. */
    record Failures(IncidentLog incidents, String site) {
        private static final String KIND = "storage-failed";

        void report(String done, Throwable cause) {
            // The cause says what it is about; where in the program it was met helps nobody, once for each attempt.
            LOG.error(
                    "The identity of site {} could not be {}; it is tried again. {}",
                    site,
                    done,
                    String.valueOf(cause));
            LOG.debug("Where the identity of site {} could not be {}", site, done, cause);
            incidents.report(KIND, site, "the site's identity could not be " + done + ": " + cause, "tried again");
        }

        void over() {
            incidents.recovered(KIND, site);
        }
    }
}
