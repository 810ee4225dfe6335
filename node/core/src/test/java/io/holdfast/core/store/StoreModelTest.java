package io.holdfast.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands against a model that is too simple to be wrong: a sorted map of all versions that ever were. */
class StoreModelTest {
    private static final int ENTRIES = 3_000;
    private static final long HISTORY = 50;
    private static final PartitionStore.Limits LIMITS = new PartitionStore.Limits(HISTORY, 1_000_000);

    /** Every version of every key; an empty one is a deletion. */
    private final TreeMap<Bytes, TreeMap<Long, Optional<Bytes>>> model = new TreeMap<>();

    private final Map<WriteId, Outcome> outcomes = new HashMap<>();
    private long sequence;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void behavesAsTheModel(long seed) {
        var random = new Random(seed);
        var log = new Writes.Log(new PartitionStore(LIMITS));
        var restored = log;
        long timestamp = HybridClock.ofWallMillis(1_000);
        for (int i = 0; i < ENTRIES; i++) {
            timestamp = Math.max(timestamp + 10, timestamp + HybridClock.ofWallMillis(random.nextInt(5)));
            List<Command> commands = commands(random);
            List<Outcome> expected = expected(timestamp, commands);

            assertThat(log.store.apply(++log.index, timestamp, commands)).isEqualTo(expected);
            if (restored != log) {
                assertThat(restored.store.apply(++restored.index, timestamp, commands))
                        .isEqualTo(expected);
            }
            if (i % 100 == 99) {
                compare(log, random);
                assertThat(restored.store.image().encode())
                        .isEqualTo(log.store.image().encode());
                // From here on a replica that was restored from an image goes along with the one that was not.
                restored = new Writes.Log(new PartitionStore(
                        LIMITS, StoreImage.decode(log.store.image().encode())));
                assertThat(restored.store.bytes()).isEqualTo(log.store.bytes());
                assertThat(restored.store.keys()).isEqualTo(log.store.keys());
            }
        }
    }

    private List<Command> commands(Random random) {
        var commands = new ArrayList<Command>();
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            boolean retry = sequence > 0 && random.nextInt(10) == 0;
            long number = retry ? 1 + random.nextLong(sequence) : ++sequence;
            commands.add(new Command(new WriteId(number % 3, number), 0, Writes.NEVER, operation(random)));
        }
        return commands;
    }

    private Command.Operation operation(Random random) {
        Bytes key = Bytes.utf8("key" + random.nextInt(20));
        Condition condition =
                switch (random.nextInt(5)) {
                    case 0 -> new Condition.Absent();
                    case 1 -> new Condition.Present();
                    case 2 -> new Condition.VersionIs(live(key));
                    default -> Condition.NONE;
                };
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> new Command.Delete(key, condition);
            case 3 -> new Command.Settle(key);
            default -> new Command.Put(key, Bytes.utf8("value" + random.nextInt(1_000)), condition);
        };
    }

    private long live(Bytes key) {
        var versions = model.getOrDefault(key, new TreeMap<>());
        return versions.isEmpty() || versions.lastEntry().getValue().isEmpty() ? 0 : versions.lastKey();
    }

    private List<Outcome> expected(long firstTimestamp, List<Command> commands) {
        var expected = new ArrayList<Outcome>();
        long timestamp = firstTimestamp;
        for (Command command : commands) {
            long at = timestamp++;
            expected.add(outcomes.computeIfAbsent(
                    command.id(), id -> apply(at, (Command.KeyOperation) command.operation())));
        }
        return expected;
    }

    private Outcome apply(long timestamp, Command.KeyOperation operation) {
        long live = live(operation.key());
        if (operation instanceof Command.Settle) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, 0);
        }
        Condition condition =
                operation instanceof Command.Put put ? put.condition() : ((Command.Delete) operation).condition();
        if (!condition.holds(live)) {
            return new Outcome(Outcome.Kind.CONDITION_FAILED, live);
        }
        Optional<Bytes> value = operation instanceof Command.Put put ? Optional.of(put.value()) : Optional.empty();
        if (value.isEmpty() && live == 0) {
            return new Outcome(Outcome.Kind.APPLIED, 0);
        }
        model.computeIfAbsent(operation.key(), key -> new TreeMap<>()).put(timestamp, value);
        return new Outcome(Outcome.Kind.APPLIED, timestamp);
    }

    /** All keys now and at moments within the history window; nothing outside it is kept. */
    private void compare(Writes.Log log, Random random) {
        Versions versions = log.store.image().versions();
        long horizon = log.store.horizon();
        model.forEach((key, all) -> {
            for (int i = 0; i < 10; i++) {
                long moment = horizon + random.nextLong(log.store.lastTimestamp() - horizon + 1);
                var expected = all.floorEntry(moment);
                assertThat(at(versions, key, moment))
                        .as("%s at %d", key, moment)
                        .isEqualTo(expected == null ? Optional.empty() : expected.getValue());
            }
            long kept = versions.find(key).map(it -> it.chain().size()).orElse(0);
            long wanted = all.keySet().stream()
                    .filter(it -> all.higherKey(it) == null || all.higherKey(it) > horizon)
                    .count();
            assertThat(kept).as("versions of %s", key).isLessThanOrEqualTo(wanted);
        });
        long live = model.keySet().stream().filter(key -> live(key) > 0).count();
        assertThat(log.store.keys()).isEqualTo(live);
        scan(log);
    }

    private static Optional<Bytes> at(Versions versions, Bytes key, long moment) {
        return versions.find(key).map(Version::chain).orElse(List.of()).stream()
                .filter(version -> version.timestamp() <= moment)
                .findFirst()
                .flatMap(Version::value);
    }

    private void scan(Writes.Log log) {
        var scan = new Query.Scan(Bytes.utf8("key1"), Optional.empty(), 1_000, 1_000_000, false);
        List<Query.KeyValue> expected = model.keySet().stream()
                .filter(key -> key.startsWith(Bytes.utf8("key1")) && live(key) > 0)
                .map(key -> new Query.KeyValue(
                        key, model.get(key).lastEntry().getValue().orElseThrow(), live(key)))
                .toList();
        assertThat(((Query.Page) log.store.answer(scan)).entries()).isEqualTo(expected);
    }
}
