package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.holdfast.loadtest.gatling.HoldfastDsl.holdfast;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Write;
import io.holdfast.loadtest.cluster.SiteView;
import io.holdfast.loadtest.gatling.HoldfastActionBuilder;
import io.holdfast.loadtest.load.Gaps;
import io.holdfast.loadtest.load.Schedule;
import io.holdfast.loadtest.load.Values;
import io.holdfast.loadtest.load.WriteLedger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Writes, each under a key of its own and in turn to each partition, and reads of what was acknowledged. Keeps the book against which the
 * store is judged. Keys begin with the run's own part, so that runs do not see each other.
 */
final class LedgerLoad {
    private static final String NUMBER = "number";
    private static final String WRITTEN = "written";
    private static final String DUE = "due";
    private static final String SENT = "sent";

    private final String keyspace;
    private final Values values;
    private final int writePercent;
    private final long seed;
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final WriteLedger ledger = new WriteLedger();
    private volatile List<String> tags = List.of();
    private volatile Gaps gaps = new Gaps(0, System.nanoTime());

    LedgerLoad(String keyspace, Values values, int writePercent, long seed) {
        this.keyspace = keyspace;
        this.values = values;
        this.writePercent = writePercent;
        this.seed = seed;
    }

    /** Before the load begins, when the number of partitions is known. */
    void begin(int partitions) {
        tags = PartitionTags.of(partitions);
        gaps = new Gaps(partitions, System.nanoTime());
    }

    WriteLedger ledger() {
        return ledger;
    }

    Gaps gaps() {
        return gaps;
    }

    /** At a constant rate, open. */
    PopulationBuilder population(double rate, Duration length) {
        var schedule = Schedule.constant(rate, length);
        var random = new SplittableRandom(seed);
        var feeder = Stream.generate(() -> {
                    Schedule.Due due = schedule.next();
                    return Map.<String, Object>of(
                            DUE,
                            due.dueNanos(),
                            NUMBER,
                            due.number(),
                            WRITTEN,
                            ledger.any(random).orElse(-1));
                })
                .iterator();
        ChainBuilder write =
                exec(session -> session.set(SENT, System.nanoTime())).exec(due(write()));
        ChainBuilder read = exec(due(read()));
        return scenario("ledger")
                .feed(feeder)
                .exec(randomSwitch()
                        .on(
                                percent(writePercent).then(write),
                                percent(100.0 - writePercent).then(read)))
                .injectOpen(constantUsersPerSec(rate).during(length));
    }

    private static <T> HoldfastActionBuilder<T> due(HoldfastActionBuilder<T> request) {
        return request.dueAt(session -> session.getLong(DUE));
    }

    private HoldfastActionBuilder<?> write() {
        return holdfast("write")
                .write(keyspace, session -> Write.put(key(session.getLong(NUMBER)), values.of(session.getLong(NUMBER))))
                .check("is applied", (result, session) -> result.applied())
                .then((result, session) -> acknowledged(session));
    }

    private Session acknowledged(Session session) {
        long number = session.getLong(NUMBER);
        ledger.acknowledged(number);
        gaps.acknowledged(partition(number), session.getLong(SENT), System.nanoTime());
        return session;
    }

    /** Of a write that was acknowledged before; before there is one, of the first key, which may then be there or not. */
    private HoldfastActionBuilder<?> read() {
        return holdfast("read")
                .call((client, session) ->
                        client.keyspace(keyspace).getAsync(key(Math.max(0, session.getLong(WRITTEN)))))
                .check("acknowledged write is there", (found, session) -> {
                    long number = session.getLong(WRITTEN);
                    return number < 0
                            || found.isPresent() && Arrays.equals(found.get().value(), values.of(number));
                });
    }

    private int partition(long number) {
        return (int) (number % tags.size());
    }

    private String prefix(int partition) {
        return "{" + tags.get(partition) + "}/" + run + "/";
    }

    private String key(long number) {
        return prefix(partition(number)) + number;
    }

    /** How many acknowledged writes a site does not have, or not as they were written. */
    WriteLedger.Audit audit(HoldfastClient client, String site) {
        WriteLedger.Audit audit = ledger.audit();
        try (SiteView view = SiteView.of(client, site)) {
            for (int partition = 0; partition < tags.size(); partition++) {
                String prefix = prefix(partition);
                view.scan(keyspace, prefix, (key, value) -> {
                    long number = Long.parseLong(key.substring(prefix.length()));
                    if (Arrays.equals(value, values.of(number))) {
                        audit.found(number);
                    }
                });
            }
        }
        return audit;
    }
}
