package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.holdfast.loadtest.gatling.HoldfastDsl.holdfast;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Choice;
import io.gatling.javaapi.core.Session;
import io.holdfast.client.Key;
import io.holdfast.client.ScanOptions;
import io.holdfast.client.Write;
import io.holdfast.loadtest.gatling.HoldfastActionBuilder;
import io.holdfast.loadtest.load.InsertedRecords;
import io.holdfast.loadtest.load.KeyDistribution;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** YCSB's operations on one keyspace. Records are numbered; those inserted go on behind those that were loaded. */
final class YcsbOperations {
    private static final int LONGEST_SCAN = 100;
    private static final String DUE = "due";
    private static final String KEY = "key";
    private static final String NEW = "new";
    private static final String LENGTH = "length";

    private final String keyspace;
    private final long records;
    private final Values values;
    private final long seed;
    private final KeyDistribution.Latest latest;
    private final AtomicLong next;
    private final InsertedRecords inserted;

    YcsbOperations(String keyspace, long records, Values values, long seed) {
        this.keyspace = keyspace;
        this.records = records;
        this.values = values;
        this.seed = seed;
        this.latest = new KeyDistribution.Latest(records);
        this.next = new AtomicLong(records);
        this.inserted = new InsertedRecords(records - 1);
    }

    static String key(long number) {
        return String.format(Locale.ROOT, "user%010d", number);
    }

    /** What each virtual user gets. */
    Iterator<Map<String, Object>> feeder(Schedule schedule, YcsbWorkload workload) {
        var random = new SplittableRandom(seed + workload.ordinal());
        KeyDistribution zipfian = KeyDistribution.of("zipfian", records);
        return Stream.generate(() -> {
                    long key = workload.latest ? latest.next(random, inserted.newest()) : zipfian.next(random);
                    return Map.<String, Object>of(
                            DUE,
                            schedule.next().dueNanos(),
                            KEY,
                            key(key),
                            NEW,
                            next.get(),
                            LENGTH,
                            1 + random.nextInt(LONGEST_SCAN));
                })
                .iterator();
    }

    ChainBuilder one(YcsbWorkload workload) {
        List<Choice.WithWeight> choices = new ArrayList<>();
        add(choices, workload.reads, read(workload + " read"));
        add(choices, workload.updates, update(workload + " update"));
        add(choices, workload.scans, scan(workload + " scan"));
        add(choices, workload.readModifyWrites, readModifyWrite(workload + " read-modify-write"));
        if (workload.inserts > 0) {
            ChainBuilder numbered = exec(session -> session.set(NEW, next.getAndIncrement()));
            choices.add(percent(workload.inserts).then(numbered.exec(due(insert(workload + " insert")))));
        }
        return exec(randomSwitch().on(choices));
    }

    private static void add(List<Choice.WithWeight> choices, int share, HoldfastActionBuilder<?> request) {
        if (share > 0) {
            choices.add(percent(share).then(due(request)));
        }
    }

    private static HoldfastActionBuilder<?> due(HoldfastActionBuilder<?> request) {
        return request.dueAt(session -> session.getLong(DUE));
    }

    private HoldfastActionBuilder<?> read(String name) {
        return holdfast(name).get(keyspace, "#{key}").check("record is there", (found, session) -> found.isPresent());
    }

    private HoldfastActionBuilder<?> update(String name) {
        return holdfast(name)
                .put(keyspace, "#{key}", this::value)
                .check("is applied", (result, session) -> result.applied());
    }

    private HoldfastActionBuilder<?> insert(String name) {
        return holdfast(name)
                .write(keyspace, session -> Write.put(key(session.getLong(NEW)), value(session)))
                .check("is applied", (result, session) -> result.applied())
                .then((result, session) -> {
                    inserted.acknowledged(session.getLong(NEW));
                    return session;
                });
    }

    private HoldfastActionBuilder<?> scan(String name) {
        return holdfast(name)
                .scan(keyspace, "user", session -> ScanOptions.DEFAULT
                        .withLimit(session.getInt(LENGTH))
                        .withAfter(Key.of(session.getString(KEY))))
                .check("is in order", (entries, session) -> Operations.isInOrder(entries))
                .check("is no longer than asked", (entries, session) -> entries.size() <= session.getInt(LENGTH));
    }

    private HoldfastActionBuilder<?> readModifyWrite(String name) {
        return holdfast(name)
                .transact(keyspace, (transaction, session) -> transaction
                        .getAsync(Key.of(session.getString(KEY)))
                        .thenApply(found -> {
                            transaction.put(session.getString(KEY), value(session));
                            return found.isPresent();
                        }))
                .check("record is there", (found, session) -> found);
    }

    private byte[] value(Session session) {
        return values.of(session.getLong(NEW));
    }
}
