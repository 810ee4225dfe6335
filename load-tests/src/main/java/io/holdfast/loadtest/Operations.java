package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.holdfast.loadtest.gatling.HoldfastDsl.holdfast;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Choice;
import io.gatling.javaapi.core.Session;
import io.holdfast.client.Entry;
import io.holdfast.client.Key;
import io.holdfast.client.ScanOptions;
import io.holdfast.loadtest.gatling.HoldfastActionBuilder;
import io.holdfast.loadtest.load.KeyDistribution;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The operations of a mixed load, on keys that a feeder gives.
 *
 * @param keyspace all keys are in it
 * @param scanLimit entries of a scan, at most
 */
record Operations(String keyspace, Mix mix, Values values, int scanLimit) {
    static final String STEP = "step";
    private static final String DUE = "due";
    private static final String KEY = "key";
    private static final String NUMBER = "number";

    static String key(long number) {
        return String.format(Locale.ROOT, "key/%010d", number);
    }

    /** What each virtual user gets: a key, the number that makes its value, when its request is due, and in which step of the schedule. */
    static Iterator<Map<String, Object>> feeder(Schedule schedule, KeyDistribution keys, long seed) {
        var random = new SplittableRandom(seed);
        return Stream.generate(() -> {
                    Schedule.Due due = schedule.next();
                    return Map.<String, Object>of(
                            DUE, due.dueNanos(), KEY, key(keys.next(random)), NUMBER, due.number(), STEP, due.step());
                })
                .iterator();
    }

    /**
     * One request of the mix, named after its kind.
     *
     * @param suffix added to the name; may be one of Gatling's expressions
     */
    ChainBuilder one(String suffix) {
        return choice(kind -> request(kind, suffix));
    }

    /** One request of the mix that is in no report. */
    ChainBuilder oneSilent() {
        return choice(kind -> request(kind, "").silent());
    }

    private ChainBuilder choice(Function<Mix.Kind, HoldfastActionBuilder<?>> request) {
        List<Choice.WithWeight> choices = mix.weights().keySet().stream()
                .sorted()
                .map(kind -> percent(mix.percent(kind)).then(request.apply(kind)))
                .toList();
        return exec(randomSwitch().on(choices));
    }

    private HoldfastActionBuilder<?> request(Mix.Kind kind, String suffix) {
        return operation(kind, kind.lower() + suffix).dueAt(session -> session.getLong(DUE));
    }

    private HoldfastActionBuilder<?> operation(Mix.Kind kind, String name) {
        return switch (kind) {
            // Deletes may have taken the key away; without them a get that finds nothing has met a loss.
            case GET ->
                mix.percent(Mix.Kind.DELETE) > 0
                        ? holdfast(name).get(keyspace, "#{key}")
                        : holdfast(name)
                                .get(keyspace, "#{key}")
                                .check("key is there", (found, session) -> found.isPresent());
            case PUT ->
                holdfast(name)
                        .put(keyspace, "#{key}", this::value)
                        .check("is applied", (result, session) -> result.applied());
            case DELETE -> holdfast(name).delete(keyspace, "#{key}");
            case SCAN ->
                holdfast(name)
                        .scan(keyspace, "key/", this::scanFrom)
                        .check("is in order", (entries, session) -> isInOrder(entries));
            case TXN ->
                holdfast(name).transact(keyspace, (transaction, session) -> transaction
                        .getAsync(Key.of(session.getString(KEY)))
                        .thenApply(found -> {
                            transaction.put(session.getString(KEY), value(session));
                            return found.isPresent();
                        }));
        };
    }

    private byte[] value(Session session) {
        return values.of(session.getLong(NUMBER));
    }

    private ScanOptions scanFrom(Session session) {
        return ScanOptions.DEFAULT.withLimit(scanLimit).withAfter(Key.of(session.getString(KEY)));
    }

    static boolean isInOrder(List<Entry> entries) {
        var sorted = entries.stream().sorted(Comparator.comparing(Entry::key)).toList();
        return sorted.equals(entries);
    }
}
