package io.holdfast.server.gateway;

import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.txn.TransactionRequest;
import io.holdfast.server.partition.PartitionId;

/** What a caller wants of one partition. Made by {@link Operations}. */
public sealed interface Operation {
    /** The caller's own name for it; comes back with the answer. */
    long tag();

    PartitionId partition();

    /** Milliseconds from its submission on. */
    int timeoutMillis();

    /** Roughly what it takes in a message. */
    int size();

    /** @param drawnId whether its id is this node's own, because the caller gave none */
    record Write(
            long tag, PartitionId partition, Command command, WriteConcern concern, int timeoutMillis, boolean drawnId)
            implements Operation {
        Write tagged(long other) {
            return new Write(other, partition, command, concern, timeoutMillis, drawnId);
        }

        @Override
        public int size() {
            return command.size();
        }
    }

    /**
     * A transaction over several partitions.
     *
     * @param partition that decides it
     */
    record Commit(long tag, PartitionId partition, TransactionRequest request, WriteConcern concern, int timeoutMillis)
            implements Operation {
        @Override
        public int size() {
            return request.parts().values().stream()
                    .mapToInt(ReadWriteSet::size)
                    .sum();
        }
    }

    /** @param maxStalenessMillis 0: linearizable */
    record Read(long tag, PartitionId partition, Query query, long maxStalenessMillis, int timeoutMillis)
            implements Operation {
        @Override
        public int size() {
            return sizeOf(query);
        }

        /** Whether it is for a stated timestamp, which any replica may answer that has reached it. */
        boolean timed() {
            return query instanceof Query.ForTime forTime && forTime.at().isPresent();
        }

        private static int sizeOf(Query query) {
            if (query instanceof Query.Get get) {
                return 32 + get.key().length();
            }
            if (query instanceof Query.Scan scan) {
                int after = scan.after().isPresent() ? scan.after().get().length() : 0;
                return 64 + scan.prefix().length() + after;
            }
            if (query instanceof Query.ForTime forTime) {
                return 16 + sizeOf(forTime.query());
            }
            return 32 + ((Query.Validate) query).set().size();
        }
    }
}
