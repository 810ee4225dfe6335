package io.holdfast.server.partition;

import io.holdfast.core.partition.Recovery;
import org.apache.pekko.persistence.SnapshotOffer;

/** Fills a recovery with what the replay of a journal brings, of which nothing may be left out. */
final class JournalReplay {
    private final Recovery recovery;
    private final ReplayWatch watch;

    /** @param settled as {@link ReplayWatch} takes it */
    JournalReplay(String persistenceId, boolean settled, Recovery recovery) {
        this.recovery = recovery;
        this.watch = new ReplayWatch(persistenceId, settled);
    }

    void snapshot(SnapshotOffer offer) {
        watch.snapshot(offer.metadata().sequenceNr());
        recovery.snapshot(((SnapshotRecord) offer.snapshot()).snapshot());
    }

    /** @param number of the record in its journal */
    void record(JournalRecord record, long number) {
        watch.record(number);
        recovery.replay(record.write());
    }

    /**
     * @param last the record that the journal is known to end with
     * @throws IllegalStateException when it was not replayed
     */
    void end(long last) {
        watch.end(last);
    }
}
