package io.holdfast.server.partition;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One life of a replica as the only one who writes its journal, and so the only one who votes, acknowledges and answers for it. Thread-safe.
 */
interface Tenure {
    /** At a site of one node the embedded journal is the replica's for as long as its process lives. */
    Tenure SOLE = new Tenure() {
        @Override
        public boolean holds() {
            return true;
        }

        @Override
        public void snapshotSaved() {
            // The one journal there is goes on.
        }

        @Override
        public void deleted(Lineage.Part journal) {
            // There are no others.
        }

        @Override
        public void end() {
            // Nobody waits for it.
        }
    };

    /** Whether at this moment nobody else can have begun. Read after whatever is to be acted on was received. */
    boolean holds();

    /** A snapshot in the journal of this life stands for all that came before. */
    void snapshotSaved();

    /** A journal that was retired is deleted; until this is told, each snapshot of this life and of later ones has it deleted again. */
    void deleted(Lineage.Part journal);

    /** This life is over: its replica does nothing any more. */
    void end();

    /** Where there is more than one node: what has to be done before the replica may begin. */
    default Optional<Claim> claim() {
        return Optional.empty();
    }

    /** How a tenure begins at a site of several nodes: take the lease, replay what others have left, and only then go on from it. */
    interface Claim {
        /** One attempt to get the lease; false: not yet. */
        CompletionStage<Boolean> take();

        /** Of the last holder; after {@link #take}. */
        Lineage lineage();

        /** After {@link #take}. */
        long epoch();

        /** Makes durable from which records this life starts. False: the lease has been lost. */
        CompletionStage<Boolean> settle(Lineage lineage);

        /** A new identity, for a replica that cannot trust its journal. */
        long drawIdentity();
    }
}
