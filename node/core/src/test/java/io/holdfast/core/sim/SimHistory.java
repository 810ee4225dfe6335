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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the clients saw, and its judgement at the end of a run. */
final class SimHistory {
    private final TreeMap<Place, List<Operation>> reads = new TreeMap<>();
    private final TreeMap<Place, List<WriteRecord>> writes = new TreeMap<>();
    /** Which value a version is; 0 for none. */
    private final Map<Long, Integer>[] valueOfVersion;

    private long undecided;

    private record Place(int partition, Bytes key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byPartition = Integer.compare(partition, other.partition);
            return byPartition != 0 ? byPartition : key.compareTo(other.key);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimHistory(int partitions) {
        valueOfVersion = new Map[partitions];
        for (int i = 0; i < partitions; i++) {
            valueOfVersion[i] = new HashMap<>();
        }
    }

    void read(SimCall call, Bytes key, long returned, int value, long version) {
        if (value != 0) {
            versionIs(call.partition, version, value);
        }
        reads.computeIfAbsent(new Place(call.partition, key), it -> new ArrayList<>())
                .add(Operation.read("client " + call.client.id(), call.invoked, returned, value));
    }

    private void versionIs(int partition, long version, int value) {
        Integer known = valueOfVersion[partition].putIfAbsent(version, value);
        if (known != null && known != value) {
            throw CheckFailed.of("version %d is value %d and value %d", version, known, value);
        }
    }

    void wrote(SimCall call) {
        for (WriteRecord write : call.writes) {
            writes.computeIfAbsent(
                            new Place(call.partition, ((Command.KeyOperation) write.command.operation()).key()),
                            it -> new ArrayList<>())
                    .add(write);
        }
    }

    long undecided() {
        return undecided;
    }

    /** Judges each key's history by itself. */
    void check(List<SimPartition> partitions) {
        writes.forEach((place, records) -> records.forEach(write -> certainOutcome(partitions, place, write)));
        var places = new java.util.TreeSet<>(writes.keySet());
        places.addAll(reads.keySet());
        for (Place place : places) {
            var operations = new ArrayList<Operation>();
            List<WriteRecord> records = writes.getOrDefault(place, List.of());
            CommittedModel model = partitions.get(place.partition()).model();
            for (WriteRecord write : inOrder(records, model)) {
                operation(place, write, operations);
            }
            operations.addAll(reads.getOrDefault(place, List.of()));
            Linearizability.Result result = Linearizability.check(operations);
            if (result.verdict() == Linearizability.Verdict.NOT_LINEARIZABLE) {
                String clash = result.clash().stream().map(Object::toString).collect(Collectors.joining("\n  "));
                throw CheckFailed.of(
                        "key %s of partition %d is not linearizable; these clash:%n  %s",
                        place.key().toUtf8(), place.partition(), clash);
            }
            undecided += result.verdict() == Linearizability.Verdict.UNDECIDED ? 1 : 0;
        }
    }

    private record Placed(WriteRecord write, long committedAt) {}

    private static List<WriteRecord> inOrder(List<WriteRecord> records, CommittedModel model) {
        var placed = new ArrayList<Placed>(records.size());
        for (WriteRecord write : records) {
            placed.add(new Placed(write, committedAt(model, write)));
        }
        placed.sort(Comparator.comparingLong(Placed::committedAt));
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
        boolean madeVersion = outcome.kind() == Outcome.Kind.APPLIED && write.value != 0 && outcome.version() != 0;
        // The version of a write that was lost may be given again: nobody is left who knows that it was used.
        boolean kept = !write.mayBeLost
                || partitions
                        .get(place.partition())
                        .model()
                        .find(write.command.id())
                        .isPresent();
        if (madeVersion && kept) {
            versionIs(place.partition(), outcome.version(), write.value);
        }
        // A write that only one site held may be gone, and then a copy of it may come too late, or somebody may have
        // settled it. What is
        // told before it is committed has no version, because that is not certain.
        boolean early = write.mayBeLost && outcome.kind() == Outcome.Kind.APPLIED && outcome.version() == 0;
        partitions.get(place.partition()).model().find(write.command.id()).ifPresent(known -> {
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
                        : valueOfVersion[place.partition()].getOrDefault(outcome.version(), Operation.UNKNOWN);
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
