package io.holdfast.server.partition;

import io.holdfast.core.partition.JournalContradiction;

/**
 * Watches that the replay of a journal leaves nothing out. What is missing would not always be missed: a journal without the snapshot that stands for its
 * beginning, and without entries behind that, looks like one that has held nothing but votes.
 */
final class ReplayWatch {
    private final String persistenceId;
    private final boolean settled;
    private long seen;
    private boolean recordSeen;

    /** @param settled whether it is durable with which record the journal ends: all of it was there once, and nothing is to be waited for */
    ReplayWatch(String persistenceId, boolean settled) {
        this.persistenceId = persistenceId;
        this.settled = settled;
    }

    /** It stands for all records up to its number. */
    void snapshot(long number) {
        seen = number;
    }

    /**
     * Before it is replayed.
     *
     * @throws IllegalStateException when it is not the first one, and should be
     * @throws JournalContradiction when there is a hole before it, or the journal's end is settled
     */
    void record(long number) {
        if (number != seen + 1 && recordSeen) {
            throw new JournalContradiction(
                    "the journal " + persistenceId + " has record " + number + " behind " + seen);
        }
        if (number != seen + 1) {
            throw missing("has record " + number + " behind " + seen);
        }
        seen = number;
        recordSeen = true;
    }

    /**
     * At the end.
     *
     * @param last the record that the journal is known to end with
     * @throws IllegalStateException when it was not seen; a {@link JournalContradiction} if that it was there is settled
     */
    void end(long last) {
        if (seen != last) {
            throw missing("ends at record " + seen + ", and should at " + last);
        }
    }

    private IllegalStateException missing(String what) {
        if (settled) {
            return new JournalContradiction(
                    "the journal " + persistenceId + " " + what + ": a record that was there before has gone");
        }
        return new IllegalStateException("the journal " + persistenceId + " " + what
                + ": records, or the snapshot that stands for them, are missing or cannot be read yet. If they are lost, start this site without its"
                + " journal and its snapshots, so that it is rebuilt from the others");
    }
}
