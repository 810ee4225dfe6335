package io.holdfast.core.sim;

import io.holdfast.checker.ListAppendChecker;
import io.holdfast.checker.Transaction;
import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.sim.SimTransaction.Ending;
import io.holdfast.core.sim.SimTransaction.Kind;
import io.holdfast.core.sim.SimTransaction.Place;
import io.holdfast.core.sim.SimTransaction.Seen;
import io.holdfast.core.sim.SimTransaction.SeenRange;
import io.holdfast.core.sim.SimTransaction.Workload;
import io.holdfast.core.store.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges transactions by timestamps, against everything that was committed in the end: each must have happened as a whole at its
 * commit timestamp, and have read what stood there. That is exact, and needs no search; it says nothing of real time, which the cycle
 * search over the history does.
 */
final class SimTransactionCheck {
    private final List<SimPartition> partitions;
    private final List<SimTransaction> history;
    /** By place and number: the version in which the number came into the list. */
    private final Map<Place, Map<Integer, Long>> arrivals = new HashMap<>();

    SimTransactionCheck(List<SimPartition> partitions, List<SimTransaction> history) {
        this.partitions = partitions;
        this.history = history;
    }

    void check() {
        for (SimPartition partition : partitions) {
            if (partition.model().prepared() > 0) {
                throw CheckFailed.of(
                        "%d transactions of partition %d are still prepared",
                        partition.model().prepared(), partition.number());
            }
        }
        SimBank.check(history);
        history.forEach(this::check);
        ListAppendChecker.check(history.stream()
                        .filter(it -> it.workload == Workload.LISTS)
                        .map(this::forCycleSearch)
                        .toList())
                .ifPresent(violation -> {
                    throw CheckFailed.of("not strict serializable: %s", violation);
                });
    }

    private Transaction forCycleSearch(SimTransaction it) {
        var operations = new ArrayList<Transaction.Operation>();
        it.reads.forEach(read -> operations.add(new Transaction.Read(
                read.place().toString(),
                read.list().stream().map(Integer::longValue).toList())));
        it.ranges.forEach(range ->
                absentKeys(it, range).forEach(key -> operations.add(new Transaction.Read(key.toString(), List.of()))));
        it.appends.forEach((place, number) -> operations.add(new Transaction.Append(place.toString(), number)));
        Transaction.Status status =
                switch (it.ending) {
                    case COMMITTED -> Transaction.Status.COMMITTED;
                    case ABORTED -> Transaction.Status.ABORTED;
                    case UNKNOWN -> Transaction.Status.UNKNOWN;
                };
        return new Transaction(it.what, 0, it.invoked, it.returned, status, it.kind != Kind.SNAPSHOT, operations);
    }

    /** The keys of a scanned range that were not there are read as empty lists, unless they are read by themselves. */
    private static List<Place> absentKeys(SimTransaction it, SeenRange range) {
        return SimTransactions.keys().stream()
                .filter(key -> range.range().from().compareTo(key) <= 0)
                .filter(key -> range.range().to().isEmpty()
                        || key.compareTo(range.range().to().get()) < 0)
                .map(key -> new Place(range.partition(), key))
                .filter(place ->
                        it.reads.stream().noneMatch(read -> read.place().equals(place)))
                .toList();
    }

    private CommittedModel model(int partition) {
        return partitions.get(partition).model();
    }

    private void check(SimTransaction transaction) {
        transaction.reads.forEach(read -> answerHolds(transaction, read));
        transaction.ranges.forEach(range -> answerHolds(transaction, range));
        OptionalCommit commit = commitOf(transaction);
        boolean known = transaction.ending != Ending.UNKNOWN;
        if (transaction.kind == Kind.READ_WRITE) {
            boolean saidCommitted = transaction.ending == Ending.COMMITTED;
            if (known && commit.happened() != saidCommitted) {
                throw CheckFailed.of("%s was told so, but its writes say %s", transaction, commit);
            }
            if (saidCommitted && commit.timestamp() != transaction.timestamp) {
                throw CheckFailed.of("%s was told so, but it was written at %d", transaction, commit.timestamp());
            }
            if (commit.happened()) {
                readWhatStoodAt(transaction, commit.timestamp() - 1);
            }
        } else if (transaction.kind == Kind.SNAPSHOT && transaction.ending == Ending.COMMITTED) {
            readWhatStoodAt(transaction, transaction.timestamp);
        }
    }

    /** @param timestamp 0 if it did not happen */
    private record OptionalCommit(long timestamp) {
        boolean happened() {
            return timestamp != 0;
        }
    }

    /** All its writes stand at one timestamp in all their partitions, or none of them anywhere. */
    private OptionalCommit commitOf(SimTransaction transaction) {
        Optional<Long> common = Optional.empty();
        for (Map.Entry<Place, Integer> append : transaction.appends.entrySet()) {
            long version =
                    switch (transaction.workload) {
                        case LISTS -> versionWith(append.getKey(), append.getValue());
                        case BANK -> versionOf(append.getKey(), append.getValue());
                        case SHARED -> versionBy(transaction, append.getKey(), append.getValue());
                    };
            if (common.isPresent() && common.get() != version) {
                throw CheckFailed.of("%s is half applied: at %d and at %d", transaction, common.get(), version);
            }
            common = Optional.of(version);
        }
        return new OptionalCommit(common.orElse(0L));
    }

    /** The version in which the number came into the list, or 0 if it is not there in the end. */
    private long versionWith(Place place, int number) {
        return arrivals.computeIfAbsent(place, it -> arrivals(model(it.partition()), it.key()))
                .getOrDefault(number, 0L);
    }

    /** The version in which a shared key holds the number, or nothing after a deletion, by the commit that the partition's entries tell of; or 0. */
    private long versionBy(SimTransaction transaction, Place place, int number) {
        CommittedModel model = model(place.partition());
        long version = transaction
                .id
                .flatMap(model::find)
                .filter(it -> it.outcome().kind() == Outcome.Kind.COMMITTED)
                .map(it -> it.outcome().version())
                .orElse(0L);
        List<Integer> stands = SimTransaction.decode(model.valueAt(place.key(), version));
        boolean written = number == SimTransaction.DELETION ? stands.isEmpty() : stands.equals(List.of(number));
        if (version != 0 && !written) {
            throw CheckFailed.of("%s is committed, but %s holds %s at %d", transaction, place, stands, version);
        }
        return version;
    }

    /** The version that this transfer made of an account, or 0. */
    private long versionOf(Place place, int number) {
        CommittedModel model = model(place.partition());
        for (long version : model.versionsOf(place.key())) {
            if (SimTransaction.decode(model.valueAt(place.key(), version)).get(1) == number) {
                return version;
            }
        }
        return 0;
    }

    private static Map<Integer, Long> arrivals(CommittedModel model, Bytes key) {
        var arrivals = new HashMap<Integer, Long>();
        for (long version : model.versionsOf(key)) {
            List<Integer> list = SimTransaction.decode(model.valueAt(key, version));
            // Whoever is missing in a later list came anew afterwards, or did not stay.
            arrivals.keySet().retainAll(new HashSet<>(list));
            list.forEach(number -> arrivals.putIfAbsent(number, version));
        }
        return arrivals;
    }

    private void readWhatStoodAt(SimTransaction transaction, long timestamp) {
        for (Seen read : transaction.reads) {
            long stood = model(read.place().partition()).versionAt(read.place().key(), timestamp);
            if (stood != read.version()) {
                throw CheckFailed.of(
                        "%s read %s, but at %d version %d stood there", transaction, read, timestamp, stood);
            }
        }
        for (SeenRange range : transaction.ranges) {
            sameKeys(transaction, range, timestamp);
        }
    }

    private void sameKeys(SimTransaction transaction, SeenRange range, long timestamp) {
        var stood = new ArrayList<Bytes>();
        for (Bytes key : model(range.partition()).keysAt(Bytes.utf8(transaction.workload.prefix), timestamp)) {
            boolean before = key.compareTo(range.range().from()) < 0;
            boolean behind = range.range().to().isPresent()
                    && key.compareTo(range.range().to().get()) >= 0;
            if (!before && !behind) {
                stood.add(key);
            }
        }
        if (!stood.equals(range.keys())) {
            throw CheckFailed.of("%s scanned %s, but at %d there were %s", transaction, range, timestamp, stood);
        }
    }

    private void answerHolds(SimTransaction transaction, Seen read) {
        answerHolds(transaction, read, read.from());
        answerHolds(transaction, read, read.until());
    }

    private void answerHolds(SimTransaction transaction, Seen read, long timestamp) {
        long stood = model(read.place().partition()).versionAt(read.place().key(), timestamp);
        if (stood != read.version()) {
            throw CheckFailed.of(
                    "%s was told that %s holds, but at %d version %d stood there", transaction, read, timestamp, stood);
        }
    }

    private void answerHolds(SimTransaction transaction, SeenRange range) {
        sameKeys(transaction, range, range.from());
        sameKeys(transaction, range, range.until());
    }
}
