package io.holdfast.server.gateway;

import io.holdfast.core.partition.WriteConcern;
import io.holdfast.server.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts the operations of one submission together that can go in one message: the same partition, kind, concern or staleness,
 * and about the same timeout. This is what lets a thousand clients cost a few messages.
 */
final class Grouping {
    /** A group is closed beyond this. A larger operation goes alone; with its 1 MiB it still fits a frame between nodes. */
    static final int MAX_BYTES = 256 << 10;

    static final int MAX_OPERATIONS = 1024;

    /** A group that still takes operations; groups of the same partition are chained. */
    private static final class Open {
        final Operation first;
        final int bucket;
        final Open next;
        List<Operation> operations = new ArrayList<>(4);
        int bytes;

        Open(Operation first, int bucket, Open next) {
            this.first = first;
            this.bucket = bucket;
            this.next = next;
        }

        boolean takes(Operation operation, int ofBucket) {
            if (bucket != ofBucket) {
                return false;
            }
            if (operation instanceof Operation.Write write) {
                return first instanceof Operation.Write own && own.concern() == write.concern();
            }
            return first instanceof Operation.Read own
                    && own.maxStalenessMillis() == ((Operation.Read) operation).maxStalenessMillis()
                    && own.timed() == ((Operation.Read) operation).timed();
        }
    }

    private Grouping() {}

    /** Hands over each group; operations on one key that may be grouped keep their order. */
    static void group(List<? extends Operation> operations, Consumer<List<Operation>> each) {
        if (operations.size() == 1) {
            each.accept(List.of(operations.get(0)));
            return;
        }
        Map<PartitionId, Open> open = new HashMap<>();
        for (Operation operation : operations) {
            add(open, operation, each);
        }
        for (Open chain : open.values()) {
            for (Open group = chain; group != null; group = group.next) {
                each.accept(group.operations);
            }
        }
    }

    private static void add(Map<PartitionId, Open> open, Operation operation, Consumer<List<Operation>> each) {
        int bucket = bucket(operation.timeoutMillis());
        Open chain = open.get(operation.partition());
        Open group = chain;
        while (group != null && !group.takes(operation, bucket)) {
            group = group.next;
        }
        if (group == null) {
            group = new Open(operation, bucket, chain);
            open.put(operation.partition(), group);
        }
        int size = operation.size();
        boolean full = group.bytes + size > MAX_BYTES || group.operations.size() == MAX_OPERATIONS;
        if (full && !group.operations.isEmpty()) {
            each.accept(group.operations);
            group.operations = new ArrayList<>();
            group.bytes = 0;
        }
        group.operations.add(operation);
        group.bytes += size;
    }

    /**
     * A group has one deadline, the latest of its operations. Timeouts of one bucket differ by at most a quarter, so that none is
     * told much too late.
     */
    static int bucket(int timeoutMillis) {
        int octave = 32 - Integer.numberOfLeadingZeros(timeoutMillis);
        return octave <= 3 ? timeoutMillis : octave << 2 | timeoutMillis >> (octave - 3) & 3;
    }

    static WriteConcern concern(List<Operation> group) {
        return ((Operation.Write) group.get(0)).concern();
    }
}
