package io.holdfast.persistence.rocksdb;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the journal's writer thread is asked for. Requests of one persistence id are served in the order of asking. */
sealed interface JournalRequest {
    String persistenceId();

    CompletableFuture<?> answer();

    /** What the request keeps in memory while it waits. */
    default long bytes() {
        return 0;
    }

    /** An event ready to be stored. */
    record Event(long sequenceNr, byte[] record) {}

    /** All the events or none. */
    record Append(String persistenceId, List<Event> events, CompletableFuture<Void> answer) implements JournalRequest {
        @Override
        public long bytes() {
            return events.stream().mapToLong(event -> event.record().length).sum();
        }
    }

    record Delete(String persistenceId, long toSequenceNr, CompletableFuture<Void> answer) implements JournalRequest {}

    /** Answered with the highest sequence number once all that was asked before is on disk. */
    record ReadHighest(String persistenceId, CompletableFuture<Long> answer) implements JournalRequest {}

    /** Only wakes the writer. */
    record Wake(String persistenceId, CompletableFuture<Void> answer) implements JournalRequest {}
}
