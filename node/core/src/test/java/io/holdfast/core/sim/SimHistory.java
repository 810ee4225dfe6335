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
    private final Map<Place, OfOneKey> keys = new HashMap<>();
    /** Of each partition. */
    private final List<ValueOfVersion> valueOfVersion;

    private long undecided;

    private record Place(int partition, Bytes key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byPartition = Integer.compare(partition, other.partition);
            return byPartition != 0 ? byPartition : key.compareTo(other.key);
        }
    }

    private record OfOneKey(List<Operation> reads, List<WriteRecord> writes) {}

    SimHistory(int partitions) {
        valueOfVersion = Stream.generate(ValueOfVersion::new).limit(partitions).toList();
    }

    void read(SimCall call, Bytes key, long returned, int value, long version) {
        if (value != 0) {
            versionIs(call.partition, version, value);
        }
        of(call.partition, key)
                .reads()
                .add(Operation.read("client " + call.client.id(), call.invoked, returned, value));
    }

    private void versionIs(int partition, long version, int value) {
        int known = valueOfVersion.get(partition).putIfAbsent(version, value);
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
                new Place(partition, key), it -> new OfOneKey(new ArrayList<>(), new ArrayList<>()));
    }

    long undecided() {
        return undecided;
    }

    /** Judges each key's history by itself. */
    void check(List<SimPartition> partitions) {
        var places = new TreeMap<>(keys);
        places.forEach((place, calls) -> calls.writes().forEach(write -> certainOutcome(partitions, place, write)));
        places.forEach((place, calls) -> check(partitions.get(place.partition()).model(), place, calls));
    }

    private void check(CommittedModel model, Place place, OfOneKey calls) {
        var operations = new ArrayList<Operation>();
        for (WriteRecord write : inOrder(calls.writes(), model)) {
            operation(place, write, operations);
        }
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

    private record Placed(WriteRecord write, long committedAt) {}

    private static List<WriteRecord> inOrder(List<WriteRecord> records, CommittedModel model) {
        var placed = new ArrayList<Placed>(records.size());
        for (WriteRecord write : records) {
            placed.add(new Placed(write, committedAt(model, write)));
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
            versionIs(place.partition(), outcome.version(), write.value);
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

    private void operation(Place place, WriteRecord write, List<Operation> operations) {
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
            operations.add(operation.indeterminate());
            return;
        }
        Outcome outcome = write.outcome.get();
        switch (outcome.kind()) {
            case APPLIED -> operations.add(operation);
            case CONDITION_FAILED -> {
                int found = outcome.version() == 0
                        ? 0
                        : valueOfVersion.get(place.partition()).getOrDefault(outcome.version(), Operation.UNKNOWN);
                operations.add(operation.failed(found));
            }
            default -> {
                // Never applied: then nobody may see it, and the search fails if somebody did.
            }
        }
    }

    private static Condition condition(Command command) {
        return command.operation() instanceof Command.Put put
                ? put.condition()
                : ((Command.Delete) command.operation()).condition();
    }
}
