package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static io.holdfast.core.sim.SimWorld.SECOND;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.sim.SimTransaction.Place;
import io.holdfast.core.sim.SimTransaction.Workload;
import io.holdfast.core.store.HybridClock;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Clients that run transactions, beside those of {@link SimClients}, in the same partitions: on keys of their own, and in some runs on shared ones. */
final class SimTransactions {
    private static final String PREFIX = Workload.LISTS.prefix;
    private static final int SHARED_KEYS = 3;
    private static final int CLIENTS = 6;
    private static final int KEYS = 4;

    final SimWorld world;
    final SimCluster cluster;
    final SimCalls calls;
    final SimCoordinators coordinators;
    final List<SimTransaction> history = new ArrayList<>();
    /** The greatest timestamp that each client has seen. */
    private final long[] seen = new long[CLIENTS];

    private final int[][] hints;
    private final long pauseNanos;
    private final SimBank bank;
    private int begun;
    private int underWay;
    private int lastNumber;
    private long lastEnd;

    SimTransactions(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
        this.bank = new SimBank(world);
        this.calls = new SimCalls(world, cluster.network, cluster.nodes);
        this.coordinators = new SimCoordinators(world, cluster, calls);
        this.hints = new int[CLIENTS][world.options.partitions()];
        for (int[] ofClient : hints) {
            java.util.Arrays.fill(ofClient, -1);
        }
        this.pauseNanos = Math.min(8 * SECOND, SECOND * 2 * CLIENTS / Math.max(1, world.options.transactions()));
    }

    void start() {
        for (int client = 0; client < CLIENTS; client++) {
            later(client);
        }
    }

    private void later(int client) {
        world.queue.after(world.random.exponential(pauseNanos), () -> next(client));
    }

    boolean idle() {
        return begun >= world.options.transactions() && underWay == 0;
    }

    int begun() {
        return begun;
    }

    int underWay() {
        return underWay;
    }

    long lastEnd() {
        return lastEnd;
    }

    int newNumber() {
        return ++lastNumber;
    }

    void sees(int client, long timestamp) {
        seen[client] = Math.max(seen[client], timestamp);
    }

    /** The site to ask for a partition. */
    int target(int client, int partition, int attempts) {
        int hint = hints[client][partition];
        return hint >= 0 && attempts % 3 != 2 ? hint : world.random.below(world.sites.size());
    }

    void leaderIs(int client, int partition, int site) {
        hints[client][partition] = site;
    }

    void refused(int client, int partition, Optional<Reply> reply) {
        hints[client][partition] = reply.filter(Reply.Refused.class::isInstance)
                .flatMap(it -> ((Reply.Refused) it).leader())
                .map(world::indexOf)
                .orElse(-1);
    }

    private void next(int client) {
        if (begun >= world.options.transactions()) {
            return;
        }
        begun++;
        underWay++;
        int dice = world.random.below(100);
        SimTransaction.Kind kind = dice < 65
                ? SimTransaction.Kind.READ_WRITE
                : dice < 80 ? SimTransaction.Kind.STRICT_READ : SimTransaction.Kind.SNAPSHOT;
        Workload own = world.random.chance(0.3) ? Workload.BANK : Workload.LISTS;
        Workload workload = world.meet(0.4) ? Workload.SHARED : own;
        var record = new SimTransaction(
                "client " + client + " transaction " + begun, workload, kind, cluster.clients.moment());
        history.add(record);
        new SimTransactor(this, client, record, 3_000 + client, begun)
                .start(
                        switch (workload) {
                            case BANK -> bank.questions(record, this);
                            case LISTS -> questions(record);
                            case SHARED -> sharedQuestions(record);
                        });
    }

    /** Reads some keys, and writes or deletes some of them and perhaps one that it has not read. */
    private List<SimTransactor.Question> sharedQuestions(SimTransaction record) {
        SimRandom random = world.meetings;
        var questions = new ArrayList<SimTransactor.Question>();
        boolean writes = record.kind == SimTransaction.Kind.READ_WRITE;
        for (int i = random.below(3); i >= 0; i--) {
            Place place = sharedPlace();
            boolean known = questions.stream()
                    .anyMatch(it -> it.place().filter(place::equals).isPresent());
            if (!known) {
                questions.add(
                        new SimTransactor.Question(place.partition(), new Query.Get(place.key()), Optional.of(place)));
                if (writes && random.chance(0.6)) {
                    record.appends.put(place, numberOrDeletion());
                }
            }
        }
        if (writes && (record.appends.isEmpty() || random.chance(0.3))) {
            record.appends.put(sharedPlace(), numberOrDeletion());
        }
        if (random.chance(0.2)) {
            var scan = new Query.Scan(Bytes.utf8(Workload.SHARED.prefix), Optional.empty(), 100, 100_000, false);
            questions.add(new SimTransactor.Question(sharedPlace().partition(), scan, Optional.empty()));
        }
        return questions;
    }

    private Place sharedPlace() {
        return new Place(world.meetings.below(world.options.partitions()), sharedKey(world.meetings));
    }

    static Bytes sharedKey(SimRandom random) {
        return Bytes.utf8(Workload.SHARED.prefix + random.below(SHARED_KEYS));
    }

    private int numberOrDeletion() {
        return world.meetings.chance(0.35) ? SimTransaction.DELETION : cluster.clients.newValue();
    }

    private List<SimTransactor.Question> questions(SimTransaction record) {
        var questions = new ArrayList<SimTransactor.Question>();
        boolean scans = world.random.chance(0.15);
        int count = 1 + world.random.below(3);
        for (int i = 0; i < count; i++) {
            Place place = new Place(world.random.below(world.options.partitions()), key());
            boolean known = questions.stream()
                    .anyMatch(it -> it.place().filter(place::equals).isPresent());
            if (!known) {
                questions.add(
                        new SimTransactor.Question(place.partition(), new Query.Get(place.key()), Optional.of(place)));
                if (record.kind == SimTransaction.Kind.READ_WRITE && (i == 0 || world.random.chance(0.6))) {
                    record.appends.put(place, newNumber());
                }
            }
        }
        if (scans) {
            int entries = world.random.chance(0.5) ? 100 : 1 + world.random.below(3);
            var scan = new Query.Scan(Bytes.utf8(PREFIX), Optional.empty(), entries, 100_000, false);
            questions.add(
                    new SimTransactor.Question(world.random.below(world.options.partitions()), scan, Optional.empty()));
        }
        return questions;
    }

    static List<Bytes> keys() {
        return java.util.stream.IntStream.range(0, KEYS)
                .mapToObj(number -> Bytes.utf8(PREFIX + number))
                .toList();
    }

    private Bytes key() {
        return Bytes.utf8(PREFIX + Math.min(world.random.below(KEYS), world.random.below(KEYS)));
    }

    /** For a snapshot: what a node's clock says less some staleness, but not less than the client has seen. */
    long chooseTimestamp(int client) {
        SimNode node = cluster.nodes.get(world.random.below(world.sites.size()));
        long staleness = world.random.chance(0.5) ? 0 : world.random.between(1, 300);
        return Math.max(seen[client], HybridClock.ofWallMillis(node.now().wallMillis() - staleness));
    }

    void ended(int client, SimTransaction record) {
        underWay--;
        lastEnd = world.queue.now();
        if (world.trace.readable()) {
            world.trace.line("transactor " + client, "ends " + record);
        }
        later(client);
    }

    long giveUpAt() {
        return world.queue.now() + world.random.between(300, 3000) * MILLI;
    }
}
