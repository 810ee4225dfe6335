package io.holdfast.server.cli.demo;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.Partitioner;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.Versioned;
import io.holdfast.client.Write;
import io.holdfast.server.cli.local.LocalLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Clients at all sites: each site has one that names it first, with a writer for each partition, so that a pause of any
 * partition shows at once, and some readers, which check what they read against the ledger.
 */
final class Load implements AutoCloseable {
    /** A takeover takes about a second; a write that has no outcome by then is a failure of the demo. */
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    /** A write of an order and one of a counter, and some time for a busy machine. */
    private static final Duration LONGEST_END = DEADLINE.multipliedBy(3);

    /** Few enough writes that the sites of a small machine are not starved by the load that is to watch them. */
    private static final int PAUSE_MILLIS = 100;

    private static final int READERS_A_SITE = 8;
    private static final int ORDERS_A_COUNTER = 8;
    private static final int COMPLAINTS = 5;

    private final Ledger ledger = new Ledger();
    private final Gaps gaps;
    private final List<HoldfastClient> clients = new ArrayList<>();
    private final List<Ledger.Page> pages = new ArrayList<>();
    private final ScheduledExecutorService pace;
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final Phaser running = new Phaser(1);
    private volatile boolean stopping;

    Load(int partitions) {
        this.gaps = new Gaps(partitions);
        this.pace = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "demo-load");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts writing and reading.
     *
     * @param names what the orders are of; there must be enough of them to have one in each partition
     */
    static Load start(LocalLayout layout, String keyspace, int partitions, List<String> names) {
        Load load = new Load(partitions);
        List<String> perPartition = onePerPartition(names, partitions);
        List<Keyspace> keyspaces = new ArrayList<>();
        for (String site : layout.names()) {
            HoldfastClient client =
                    HoldfastClient.connect(layout.endpointsFrom(site), ClientOptions.DEFAULT.withDeadline(DEADLINE));
            load.clients.add(client);
            keyspaces.add(client.keyspace(keyspace));
        }
        List<Runnable> all = new ArrayList<>();
        for (int s = 0; s < keyspaces.size(); s++) {
            for (int p = 0; p < partitions; p++) {
                String name = "{" + perPartition.get(p) + "}/" + layout.names().get(s);
                Ledger.Page page = load.ledger.open(name);
                load.pages.add(page);
                all.add(load.new Writer(keyspaces.get(s), page, p));
            }
        }
        for (int s = 0; s < keyspaces.size(); s++) {
            for (int r = 0; r < READERS_A_SITE; r++) {
                all.add(load.new Reader(keyspaces.get(s), new SplittableRandom(31L * s + r)));
            }
        }
        load.begin(all.size());
        for (int i = 0; i < all.size(); i++) {
            // Spread over the pause, so that they do not all write in the same moment.
            load.pace.schedule(all.get(i), i % PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return load;
    }

    /** For each partition a name that lives in it, as the hashed part of a key. */
    static List<String> onePerPartition(List<String> names, int partitions) {
        List<String> found = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            int wanted = p;
            found.add(names.stream()
                    .filter(name -> Partitioner.partition(name.getBytes(StandardCharsets.UTF_8), partitions) == wanted)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("No name for partition " + wanted)));
        }
        return found;
    }

    Ledger ledger() {
        return ledger;
    }

    Gaps gaps() {
        return gaps;
    }

    /** Reads checked so far. */
    long reads() {
        return reads.get();
    }

    /** How often a write failed, or a read found less than what had been acknowledged before it. */
    long wrong() {
        return wrong.get();
    }

    /** The first of these, in words. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private void complain(String what) {
        if (wrong.incrementAndGet() <= COMPLAINTS) {
            complaints.add(what);
        }
    }

    /** Lets everybody finish what is under way, and returns when all is known, or somebody has taken longer than anything may. */
    void stop() throws InterruptedException {
        stop(LONGEST_END);
    }

    void stop(Duration wait) throws InterruptedException {
        stopping = true;
        try {
            running.awaitAdvanceInterruptibly(running.arrive(), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            complain(running.getUnarrivedParties() + " clients have not ended after " + wait.toSeconds() + " s");
        }
    }

    /** So many clients begin. Each ends in {@link #next}. */
    void begin(int count) {
        running.bulkRegister(count);
    }

    @Override
    public void close() {
        stopping = true;
        clients.forEach(HoldfastClient::close);
        pace.shutdownNow();
    }

    private void next(Runnable step) {
        if (stopping) {
            running.arriveAndDeregister();
        } else {
            pace.schedule(step, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Writes order after order, each when the one before is acknowledged. */
    private final class Writer implements Runnable {
        private final Keyspace keyspace;
        private final Ledger.Page page;
        private final int partition;
        private int number;

        Writer(Keyspace keyspace, Ledger.Page page, int partition) {
            this.keyspace = keyspace;
            this.page = page;
            this.partition = partition;
        }

        @Override
        public void run() {
            int now = ++number;
            String key = page.orderKey(now);
            CompletionStage<?> written = put(key, page.orderValue(now)).thenRun(() -> page.orderAcknowledged(now));
            if (now % ORDERS_A_COUNTER == 0) {
                written = written.thenCompose(order -> put(page.counterKey(), Integer.toString(now)))
                        .thenRun(() -> page.counterAcknowledged(now));
            }
            written.whenComplete((done, error) -> {
                if (error != null) {
                    complain("the write of " + key + " or the counter behind it failed: " + error.getMessage());
                }
                next(this);
            });
        }

        private CompletionStage<?> put(String key, String value) {
            long sent = System.nanoTime();
            return keyspace.writeAsync(Write.put(key, value.getBytes(StandardCharsets.UTF_8)))
                    .thenRun(() -> gaps.acknowledged(partition, sent, System.nanoTime()));
        }
    }

    /** Reads what was acknowledged, and the counters, which must never go back. */
    private final class Reader implements Runnable {
        private final Keyspace keyspace;
        private final SplittableRandom random;

        Reader(Keyspace keyspace, SplittableRandom random) {
            this.keyspace = keyspace;
            this.random = random;
        }

        @Override
        public void run() {
            Ledger.Page page = pages.get(random.nextInt(pages.size()));
            Optional<Integer> order = page.anyOrder(random);
            if (order.isEmpty() || random.nextBoolean()) {
                // What is asked for must be known before the read begins: what is acknowledged during it may or may not
                // show.
                int least = page.counterAtLeast();
                read(
                        page.counterKey(),
                        found -> least == 0 || found.isPresent() && Ledger.counter(found.get()) >= least);
            } else {
                String value = page.orderValue(order.get());
                read(page.orderKey(order.get()), found -> found.equals(Optional.of(value)));
            }
        }

        private void read(String key, Predicate<Optional<String>> right) {
            keyspace.getAsync(Key.of(key), ReadOptions.LINEARIZABLE)
                    .whenComplete((found, error) -> answered(
                            this,
                            key,
                            right,
                            Optional.ofNullable(found).flatMap(it -> it.map(Versioned::text)),
                            error));
        }
    }

    /** A read has ended. Its client goes on whatever it was: who waits for all would wait for it. */
    void answered(
            Runnable client, String key, Predicate<Optional<String>> right, Optional<String> found, Throwable error) {
        try {
            if (error != null) {
                complain("the read of " + key + " failed: " + error.getMessage());
            } else if (!right.test(found)) {
                complain("a read of " + key + " was stale: " + found);
            }
            reads.incrementAndGet();
        } catch (RuntimeException unreadable) {
            complain("a read of " + key + " found what cannot be: " + unreadable);
        } finally {
            next(client);
        }
    }
}
