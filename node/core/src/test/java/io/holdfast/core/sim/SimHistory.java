package io.holdfast.core.sim;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.check.Linearizability;
import io.holdfast.core.check.Operation;
import io.holdfast.core.sim.SimCall.WriteRecord;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the clients saw, and its judgement at the end of a run. */
final class SimHistory {
    private static final Bytes SHARED = Bytes.utf8(SimTransaction.Workload.SHARED.prefix);

    private final Map<Place, OfOneKey> keys = new HashMap<>();
    /** Of each partition. */
    private final List<ValueOfVersion> valueOfVersion;
    /** Of shared keys: a transaction writes several at once, with one version. */
    private final Map<Place, ValueOfVersion> valueOfShared = new HashMap<>();

    private long undecided;

    private record Place(int partition, Bytes key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byPartition = Integer.compare(partition, other.partition);
            return byPartition != 0 ? byPartition : key.compareTo(other.key);
        }
    }

    /** @param reads of clients, and of transactions on shared keys */
    private record OfOneKey(List<Operation> reads, List<WriteRecord> writes, List<SimTransaction> transactions) {}

    SimHistory(int partitions) {
        valueOfVersion = Stream.generate(ValueOfVersion::new).limit(partitions).toList();
    }

    void read(SimCall call, Bytes key, long returned, int value, long version) {
        if (value != 0) {
            versionIs(new Place(call.partition, key), version, value);
        }
        of(call.partition, key)
                .reads()
                .add(Operation.read("client " + call.client.id(), call.invoked, returned, value));
    }

    /** What a transaction read of a key that clients write as well. */
    void read(SimTransaction transaction, SimTransaction.Place place, long invoked, long returned, Query.Value answer) {
        int value = answer.value().map(SimClients::valueOf).orElse(0);
        if (value != 0) {
            versionIs(new Place(place.partition(), place.key()), answer.version(), value);
        }
        of(place.partition(), place.key()).reads().add(Operation.read(transaction.what, invoked, returned, value));
    }

    private ValueOfVersion values(Place place) {
        return place.key().startsWith(SHARED)
                ? valueOfShared.computeIfAbsent(place, it -> new ValueOfVersion())
                : valueOfVersion.get(place.partition());
    }

    private void versionIs(Place place, long version, int value) {
        int known = values(place).putIfAbsent(version, value);
        if (known != value) {
            throw CheckFailed.of("version %d is value %d and value %d", version, known, value);
        }
    }

    void wrote(SimCall call) {
        for (WriteRecord write : call.writes) {
            of(call.partition, ((Command.KeyOperation) write.command.operation()).key())
                    .writes()
                    .add(write);
        }
    }

    private OfOneKey of(int partition, Bytes key) {
        return keys.computeIfAbsent(
                new Place(partition, key), it -> new OfOneKey(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
    }

    long undecided() {
        return undecided;
    }

    private void wrote(SimTransaction transaction) {
        transaction.appends.forEach((where, value) -> {
            var place = new Place(where.partition(), where.key());
            of(place.partition(), place.key()).transactions().add(transaction);
            if (transaction.ending == SimTransaction.Ending.COMMITTED && value != SimTransaction.DELETION) {
                versionIs(place, transaction.timestamp, value);
            }
        });
    }

    /** Judges each key's history by itself. A transaction is one operation of each key that it writes. */
    void check(List<SimPartition> partitions, List<SimTransaction> transactions) {
        transactions.stream()
                .filter(it -> it.workload == SimTransaction.Workload.SHARED)
                .forEach(this::wrote);
        var places = new TreeMap<>(keys);
        places.forEach((place, calls) -> calls.writes().forEach(write -> certainOutcome(partitions, place, write)));
        places.forEach((place, calls) -> check(partitions.get(place.partition()).model(), place, calls));
    }

    private void check(CommittedModel model, Place place, OfOneKey calls) {
        var operations = new ArrayList<Operation>();
        operations.addAll(inOrder(place, calls, model));
        operations.addAll(calls.reads());
        Linearizability.Result result = Linearizability.check(operations);
        if (result.verdict() == Linearizability.Verdict.NOT_LINEARIZABLE) {
            String clash = result.clash().stream().map(Object::toString).collect(Collectors.joining("\n  "));
            throw CheckFailed.of(
                    "key %s of partition %d is not linearizable; these clash:%n  %s",
                    place.key().toUtf8(), place.partition(), clash);
        }
        undecided += result.verdict() == Linearizability.Verdict.UNDECIDED ? 1 : 0;
    }

    private record Placed(Operation write, long committedAt) {}

    private List<Operation> inOrder(Place place, OfOneKey calls, CommittedModel model) {
        var placed = new ArrayList<Placed>(calls.writes().size());
        for (WriteRecord write : calls.writes()) {
            operation(place, write).ifPresent(it -> placed.add(new Placed(it, committedAt(model, write))));
        }
        for (SimTransaction transaction : calls.transactions()) {
            operation(place, transaction).ifPresent(it -> placed.add(new Placed(it, committedAt(model, transaction))));
        }
        placed.sort((one, other) -> Long.compare(one.committedAt(), other.committedAt()));
        return placed.stream().map(Placed::write).toList();
    }

    /**
     * The order in which the search tries writes; it would find the same without. What changed nothing comes behind the change before it,
     * and what was not applied last of all.
     */
    private static long committedAt(CommittedModel model, WriteRecord write) {
        return model.find(write.command.id())
                .filter(it -> it.outcome().kind() == Outcome.Kind.APPLIED)
                .map(it -> 2 * it.position() + (it.outcome().version() == 0 ? 1 : 0))
                .orElse(Long.MAX_VALUE);
    }

    private static long committedAt(CommittedModel model, SimTransaction transaction) {
        return transaction
                .id
                .flatMap(model::find)
                .filter(it -> it.outcome().kind() == Outcome.Kind.COMMITTED)
                .map(it -> 2 * it.position())
                .orElse(Long.MAX_VALUE);
    }

    private static Optional<Operation> operation(Place place, SimTransaction transaction) {
        int value = transaction.appends.get(new SimTransaction.Place(place.partition(), place.key()));
        var operation = Operation.write(transaction.what, transaction.invoked, transaction.returned, value);
        return switch (transaction.ending) {
            case COMMITTED -> Optional.of(operation);
            case UNKNOWN -> Optional.of(operation.indeterminate());
            case ABORTED -> Optional.empty();
        };
    }

    private void certainOutcome(List<SimPartition> partitions, Place place, WriteRecord write) {
        if (write.outcome.isEmpty()) {
            return;
        }
        Outcome outcome = write.outcome.get();
        Optional<CommittedModel.Applied> committed =
                partitions.get(place.partition()).model().find(write.command.id());
        boolean madeVersion = outcome.kind() == Outcome.Kind.APPLIED && write.value != 0 && outcome.version() != 0;
        // The version of a write that was lost may be given again: nobody is left who knows that it was used.
        boolean kept = !write.mayBeLost || committed.isPresent();
        if (madeVersion && kept) {
            versionIs(place, outcome.version(), write.value);
        }
        // A write that only one site held may be gone, and then a copy of it may come too late, or somebody may have
        // settled it. What is
        // told before it is committed has no version, because that is not certain.
        boolean early = write.mayBeLost && outcome.kind() == Outcome.Kind.APPLIED && outcome.version() == 0;
        committed.ifPresent(known -> {
            Outcome.Kind became = known.outcome().kind();
            boolean same = early
                    ? became == Outcome.Kind.APPLIED || became == Outcome.Kind.NOT_APPLIED
                    : known.outcome().equals(outcome);
            if (!same && known.outcome().kind() != Outcome.Kind.FORGOTTEN) {
                throw CheckFailed.of("%s was answered %s, committed was %s", write.command, outcome, known);
            }
        });
    }

    /** Nothing for what was never applied: then nobody may see it, and the search fails if somebody did. */
    private Optional<Operation> operation(Place place, WriteRecord write) {
        var operation = Operation.write(write.what, write.invoked, write.returned, write.value);
        Condition condition = condition(write.command);
        if (condition instanceof Condition.Absent) {
            operation = operation.when(Operation.Condition.ABSENT, 0);
        } else if (condition instanceof Condition.Present) {
            operation = operation.when(Operation.Condition.PRESENT, 0);
        } else if (condition instanceof Condition.VersionIs) {
            operation = operation.when(Operation.Condition.IS, write.expected);
        }
        if (write.outcome.isEmpty() || write.mayBeLost) {
            return Optional.of(operation.indeterminate());
        }
        Outcome outcome = write.outcome.get();
        return switch (outcome.kind()) {
            case APPLIED -> Optional.of(operation);
            case CONDITION_FAILED -> {
                int found =
                        outcome.version() == 0 ? 0 : values(place).getOrDefault(outcome.version(), Operation.UNKNOWN);
                yield Optional.of(operation.failed(found));
            }
            default -> Optional.empty();
        };
    }

    private static Condition condition(Command command) {
        return command.operation() instanceof Command.Put put
                ? put.condition()
                : ((Command.Delete) command.operation()).condition();
    }
}
