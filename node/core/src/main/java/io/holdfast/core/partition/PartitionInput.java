package io.holdfast.core.partition;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Query;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What can happen to a replica of a partition. */
public sealed interface PartitionInput {

    /** What concerns the replicated log alone: time, peers, hints, the journal, an image that was not encoded. */
    record ToRaft(Input input) implements PartitionInput {}

    /**
     * Writes of one caller. They are applied in this order, in one log entry; together at most a little more than the largest
     * value.
     *
     * @param token comes back in the reply
     * @param deadlineNanos on this replica's monotonic clock; only a write to all sites needs it, the others end by themselves
     * @param from the site of the caller, if it is known
     */
    record Submit(long token, WriteConcern concern, long deadlineNanos, List<Command> commands, Optional<SiteId> from)
            implements PartitionInput {
        /** From nobody knows where. */
        public Submit(long token, WriteConcern concern, long deadlineNanos, List<Command> commands) {
            this(token, concern, deadlineNanos, commands, Optional.empty());
        }

        public Submit {
            commands = List.copyOf(commands);
            if (commands.isEmpty()) {
                throw new IllegalArgumentException("a submission holds at least one command");
            }
        }

        /** Whether any of them brings data. */
        public boolean brings() {
            for (Command command : commands) {
                if (command.brings()) {
                    return true;
                }
            }
            return false;
        }

        /** Roughly what it takes in an entry. */
        public int size() {
            int size = 0;
            for (Command command : commands) {
                size += command.size();
            }
            return size;
        }
    }

    /**
     * Reads of one caller: all for stated timestamps, which any replica may answer that has reached them, or all for now.
     *
     * @param maxStalenessMillis 0: linearizable; else this replica may answer with a state that is at most so old
     */
    record Ask(long token, List<Query> queries, long maxStalenessMillis) implements PartitionInput {
        public Ask {
            queries = List.copyOf(queries);
            int stated = 0;
            for (Query query : queries) {
                stated += at(query).isPresent() ? 1 : 0;
            }
            if (stated > 0 && stated < queries.size()) {
                throw new IllegalArgumentException("reads for stated timestamps do not go together with others");
            }
        }

        /** The latest of the stated timestamps, if they are stated. */
        OptionalLong at() {
            return latestUpTo(Long.MAX_VALUE);
        }

        /** The latest of the stated timestamps whose wall time is not after the given one. */
        OptionalLong latestUpTo(long wallMillis) {
            OptionalLong latest = OptionalLong.empty();
            for (Query query : queries) {
                OptionalLong at = at(query);
                if (at.isPresent()
                        && HybridClock.wallMillis(at.getAsLong()) <= wallMillis
                        && (latest.isEmpty() || at.getAsLong() > latest.getAsLong())) {
                    latest = at;
                }
            }
            return latest;
        }

        private static OptionalLong at(Query query) {
            return query instanceof Query.ForTime forTime ? forTime.at() : OptionalLong.empty();
        }
    }

    /** The snapshot with this number is durable, and older journal records may go. */
    record SnapshotSaved(long number) implements PartitionInput {}

    /** It was not saved, or nobody knows; the journal is as it was. */
    record SnapshotFailed(long number) implements PartitionInput {}

    /** The disk has little space left: a snapshot is to be saved if that frees a good deal of it. */
    record FreeDisk() implements PartitionInput {}

    /** The image of {@link PartitionOutput#encode()}, encoded. */
    record ImageEncoded(long index, long term, Bytes bytes) implements PartitionInput {}

    /** The image of {@link PartitionOutput#decode()}, decoded. */
    record ImageDecoded(PartitionImage image) implements PartitionInput {}

    record ImageUndecodable(long index) implements PartitionInput {}
}
