package io.holdfast.server.gateway;

import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.TransactionRequest;
import io.holdfast.server.partition.PartitionId;
import java.util.SortedMap;
import java.util.function.LongSupplier;

/**
 * Makes operations. A write without an id that was made here must be submitted to the gateway, which takes its id back.
 * Thread-safe.
 */
public final class Operations {
    /**
     * A write may be applied until its caller has surely given up, on any clock of the cluster. Wall clocks of sites may differ
     * by this much without a write being refused as too late. With the longest timeout (5 minutes) it stays below the shortest
     * time for which a partition remembers outcomes (10 minutes).
     */
    static final long CLOCK_SKEW_MILLIS = 240_000;

    private final DrawnIds ids;
    private final LongSupplier wallMillis;

    Operations(DrawnIds ids, LongSupplier wallMillis) {
        this.ids = ids;
        this.wallMillis = wallMillis;
    }

    /** A write that the caller may repeat with the same id. */
    public Operation.Write write(
            long tag,
            PartitionId partition,
            WriteId id,
            long doneBelow,
            Command.Operation operation,
            WriteConcern concern,
            int timeoutMillis) {
        var command = new Command(id, doneBelow, notAfter(timeoutMillis), operation);
        return new Operation.Write(tag, partition, command, concern, timeoutMillis, false);
    }

    /** A write that cannot be repeated, with an id of this node's. */
    public Operation.Write write(
            long tag, PartitionId partition, Command.Operation operation, WriteConcern concern, int timeoutMillis) {
        DrawnIds.Drawn drawn = ids.draw();
        var command = new Command(drawn.id(), drawn.doneBelow(), notAfter(timeoutMillis), operation);
        return new Operation.Write(tag, partition, command, concern, timeoutMillis, true);
    }

    public Operation.Read read(
            long tag, PartitionId partition, Query query, long maxStalenessMillis, int timeoutMillis) {
        return new Operation.Read(tag, partition, query, maxStalenessMillis, timeoutMillis);
    }

    /** A transaction over several partitions; it may be repeated with the same id. */
    public Operation.Commit commit(
            long tag,
            WriteId id,
            long doneBelow,
            SortedMap<Participant, ReadWriteSet> parts,
            boolean contended,
            WriteConcern concern,
            int lockMillis,
            int timeoutMillis) {
        var request = new TransactionRequest(id, doneBelow, notAfter(timeoutMillis), lockMillis, contended, parts);
        return new Operation.Commit(tag, PartitionId.of(request.decider()), request, concern, timeoutMillis);
    }

    /** One step of a transaction, at one of its partitions. */
    Operation.Write step(PartitionId partition, Command command, WriteConcern concern, int timeoutMillis) {
        return new Operation.Write(0, partition, command, concern, timeoutMillis, false);
    }

    /** Milliseconds since 1970, as this node dates requests. */
    public long wallMillis() {
        return wallMillis.getAsLong();
    }

    private long notAfter(int timeoutMillis) {
        return wallMillis.getAsLong() + timeoutMillis + CLOCK_SKEW_MILLIS;
    }
}
