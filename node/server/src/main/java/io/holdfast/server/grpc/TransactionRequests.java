package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import io.holdfast.client.Limits;
import io.holdfast.core.Bytes;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Operations;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.ChooseTimestamp;
import io.holdfast.v1.Commit;
import io.holdfast.v1.ReadVersion;
import io.holdfast.v1.Reason;
import io.holdfast.v1.ScanPage;
import io.holdfast.v1.ScannedRange;
import io.holdfast.v1.TransactionWrite;
import io.holdfast.v1.Validate;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Checks the requests of transactions and turns them into operations. Thread-safe. */
final class TransactionRequests {
    /** As clients count, keys and values of 8 MiB, and room for what each item adds here: what a client lets pass is not to be refused after an attempt. */
    static final int MAX_BYTES = (8 << 20) + (32 << 10);
    /** What concerns one partition travels in one frame between nodes: a largest value, and room for keys beside it. */
    static final int MAX_PARTITION_BYTES = (1 << 20) + (64 << 10);

    private static final int MAX_PAGE_ENTRIES = 10_000;
    private static final int MAX_PAGE_BYTES = 1 << 20;

    private final KeyspaceTable keyspaces;
    private final Operations operations;
    private final int maxLockMillis;

    TransactionRequests(KeyspaceTable keyspaces, Operations operations, int maxLockMillis) {
        this.keyspaces = keyspaces;
        this.operations = operations;
        this.maxLockMillis = maxLockMillis;
    }

    /** @param concern is raised: what is promised of several partitions must not depend on one site */
    Operation commit(long tag, int timeout, Commit commit, WriteConcern concern) {
        if (!commit.hasTransaction()) {
            throw new Problem(Reason.INVALID_REQUEST, "The commit names no transaction: set its id.");
        }
        WriteId id = Checks.writeId(commit.getTransaction());
        long doneBelow = commit.getTransaction().getDoneBelow();
        WriteConcern least = concern == WriteConcern.ONE ? WriteConcern.MAJORITY : concern;
        SortedMap<Participant, ReadWriteSet> parts = parts(commit);
        if (parts.size() == 1) {
            PartitionId only = PartitionId.of(parts.firstKey());
            var whole = new Command.Commit(parts.get(parts.firstKey()));
            return operations.write(tag, only, id, doneBelow, whole, least, timeout);
        }
        int lock = Math.min(timeout, maxLockMillis);
        return operations.commit(tag, id, doneBelow, parts, commit.getContended(), least, lock, timeout);
    }

    private SortedMap<Participant, ReadWriteSet> parts(Commit commit) {
        var parts = new TreeMap<Participant, ReadWriteSetBuilder>();
        var names = new HashSet<String>();
        int items = 0;
        for (io.holdfast.v1.ReadWriteSet set : commit.getSetsList()) {
            KeyspaceTable.Entry keyspace = Checks.keyspace(set.getKeyspace(), keyspaces);
            if (!names.add(set.getKeyspace())) {
                throw new Problem(
                        Reason.INVALID_REQUEST,
                        "The transaction names keyspace '" + set.getKeyspace() + "' twice: put it into one set.");
            }
            items += set.getReadsCount() + set.getRangesCount() + set.getWritesCount();
            if (items > Limits.MAX_TRANSACTION_ITEMS) {
                throw tooLarge("more than " + Limits.MAX_TRANSACTION_ITEMS + " reads, scans and writes");
            }
            split(keyspace, set, parts);
        }
        var sets = new TreeMap<Participant, ReadWriteSet>();
        parts.forEach((participant, builder) -> sets.put(participant, builder.build()));
        checkSize(sets);
        return sets;
    }

    private static void split(
            KeyspaceTable.Entry keyspace,
            io.holdfast.v1.ReadWriteSet set,
            SortedMap<Participant, ReadWriteSetBuilder> parts) {
        for (ReadVersion read : set.getReadsList()) {
            byte[] key = Checks.key(read.getKey());
            at(keyspace.partitionOf(key), parts).reads.add(new ReadWriteSet.Read(Bytes.wrap(key), read.getVersion()));
        }
        for (ScannedRange range : set.getRangesList()) {
            at(Checks.partition(range.getPartition(), keyspace), parts).ranges.add(range(range));
        }
        for (TransactionWrite write : set.getWritesList()) {
            byte[] key = Checks.key(write.getKey());
            Optional<Bytes> value =
                    write.getDelete() ? Optional.empty() : Optional.of(Bytes.wrap(Checks.value(write.getValue())));
            at(keyspace.partitionOf(key), parts).writes.add(new ReadWriteSet.Write(Bytes.wrap(key), value));
        }
    }

    private static ReadWriteSetBuilder at(PartitionId partition, SortedMap<Participant, ReadWriteSetBuilder> parts) {
        return parts.computeIfAbsent(partition.participant(), it -> new ReadWriteSetBuilder());
    }

    private static ReadWriteSet.Range range(ScannedRange range) {
        Bytes from = Bytes.wrap(Checks.end("start of a range", range.getFrom()).toByteArray());
        ByteString to = Checks.end("end of a range", range.getTo());
        try {
            return new ReadWriteSet.Range(
                    from, to.isEmpty() ? Optional.empty() : Optional.of(Bytes.wrap(to.toByteArray())), range.getAsOf());
        } catch (IllegalArgumentException e) {
            throw new Problem(Reason.INVALID_REQUEST, "A scanned range ends before its start.");
        }
    }

    private static void checkSize(SortedMap<Participant, ReadWriteSet> sets) {
        long bytes = 0;
        boolean writes = false;
        for (var part : sets.entrySet()) {
            int size = part.getValue().size();
            bytes += size;
            writes |= !part.getValue().writes().isEmpty();
            if (size > MAX_PARTITION_BYTES) {
                throw tooLarge(size + " bytes for partition " + part.getKey() + ", and at most " + MAX_PARTITION_BYTES
                        + " are allowed for one");
            }
        }
        if (bytes > MAX_BYTES) {
            throw tooLarge(bytes + " bytes, and at most " + MAX_BYTES + " are allowed");
        }
        if (!writes) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "The transaction writes nothing: there is nothing to commit, validate what it has read.");
        }
    }

    private static Problem tooLarge(String what) {
        return new Problem(
                Reason.TRANSACTION_TOO_LARGE, "The transaction has " + what + ": split it into several transactions.");
    }

    Operation page(long tag, KeyspaceTable.Entry keyspace, int timeout, ScanPage page) {
        PartitionId partition = Checks.partition(page.getPartition(), keyspace);
        int entries = page.getMaxEntries();
        if (entries < 1 || entries > MAX_PAGE_ENTRIES) {
            throw new Problem(
                    Reason.INVALID_LIMIT,
                    "A page of " + Integer.toUnsignedString(entries) + " entries is not allowed: give 1 to "
                            + MAX_PAGE_ENTRIES + ".");
        }
        ByteString after = Checks.part("key to start after", page.getAfter());
        var scan = new Query.Scan(
                Bytes.wrap(Checks.part("prefix", page.getPrefix()).toByteArray()),
                after.isEmpty() ? Optional.empty() : Optional.of(Bytes.wrap(after.toByteArray())),
                entries,
                MAX_PAGE_BYTES,
                page.getKeysOnly());
        var query = new Query.ForTime(scan, Checks.timestamp(page.getAt()));
        return operations.read(tag, partition, query, Checks.staleness(page.getMaxStalenessMillis()), timeout);
    }

    Operation validate(long tag, KeyspaceTable.Entry keyspace, int timeout, Validate validate) {
        PartitionId partition = Checks.partition(validate.getPartition(), keyspace);
        var parts = new TreeMap<Participant, ReadWriteSetBuilder>();
        split(keyspace, validate.getSet(), parts);
        boolean elsewhere = parts.keySet().stream().anyMatch(it -> !it.equals(partition.participant()));
        if (elsewhere) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "Some of what is to be validated is not in partition " + partition
                            + ": ask each partition for its own keys and ranges.");
        }
        ReadWriteSet set = at(partition, parts).build();
        if (!set.writes().isEmpty()) {
            throw new Problem(Reason.INVALID_REQUEST, "Only what was read can be validated: leave the writes out.");
        }
        if (set.size() > MAX_PARTITION_BYTES) {
            throw tooLarge(set.size() + " bytes of reads in partition " + partition);
        }
        return operations.read(tag, partition, new Query.Validate(set), 0, timeout);
    }

    /** Needs no partition: only the clock. */
    long choose(ChooseTimestamp choose) {
        OptionalLong atLeast = Checks.timestamp(choose.getAtLeast());
        long millis = operations.wallMillis() - Checks.staleness(choose.getMaxStalenessMillis());
        return Math.max(atLeast.orElse(0), HybridClock.ofWallMillis(millis));
    }
}
