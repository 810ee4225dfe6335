package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.sim.SimCall.WriteRecord;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** One client process: numbers its writes and decides what to do next. */
final class SimClient {
    /** What goes together in one message, as the SDK and the gateway batch it. */
    private static final int[] SIZES = {1, 1, 1, 2, 3, 5};

    static final double MEAN_SIZE = 13 / 6.0;

    private final SimWorld world;
    private final SimClients all;
    private final long id;
    private final TreeSet<Long> unfinished = new TreeSet<>();
    private final int[] leaderHint;
    private long nextSequence = 1;
    private long saidDoneBelow;

    SimClient(SimWorld world, SimClients all, long id) {
        this.world = world;
        this.all = all;
        this.id = id;
        this.leaderHint = new int[world.options.partitions()];
        java.util.Arrays.fill(leaderHint, -1);
    }

    long id() {
        return id;
    }

    /** The site to ask: the leader as far as known, else any. */
    int target(SimCall call) {
        if (call.firstTarget >= 0 && call.attempts == 0) {
            return call.firstTarget;
        }
        int hint = leaderHint[call.partition];
        boolean anywhere = hint < 0 || (call.maxStalenessMillis > 0 && call.attempts == 0);
        return anywhere ? world.random.below(world.sites.size()) : hint;
    }

    void leaderIs(int partition, int site) {
        leaderHint[partition] = site;
    }

    void leaderUnknown(int partition) {
        leaderHint[partition] = -1;
    }

    private long doneBelow() {
        long below = unfinished.isEmpty() ? nextSequence : unfinished.first();
        saidDoneBelow = Math.max(saidDoneBelow, below);
        return below;
    }

    /** Whether one of its commands has told that it is done with this write. */
    boolean saidDone(WriteId write) {
        return write.sequence() < saidDoneBelow;
    }

    void finished(WriteId write) {
        unfinished.remove(write.sequence());
    }

    SimCall next() {
        var call = new SimCall(this, world.random.below(world.options.partitions()));
        int size = SIZES[world.random.below(SIZES.length)];
        int dice = world.random.below(100);
        if (dice >= 40) {
            writes(call, size);
            return call;
        }
        reads(call, size);
        if (world.random.chance(0.2)) {
            call.maxStalenessMillis = world.random.pick(List.of(20L, 200L, 1000L));
        }
        return call;
    }

    SimCall reads(int partition) {
        var call = new SimCall(this, partition);
        reads(call, 2);
        return call;
    }

    SimCall writes(int partition) {
        var call = new SimCall(this, partition);
        writes(call, 1);
        return call;
    }

    private void reads(SimCall call, int size) {
        var queries = new ArrayList<Query>();
        for (int i = 0; i < size; i++) {
            queries.add(world.random.chance(0.15) ? scan() : new Query.Get(all.randomKey()));
        }
        call.queries = queries;
    }

    private Query scan() {
        String own = world.random.pick(List.of("", "x/", "y/"));
        Bytes prefix = Bytes.utf8(world.meet(0.3) ? SimTransaction.Workload.SHARED.prefix : own);
        Optional<Bytes> after = world.random.chance(0.3) ? Optional.of(all.randomKey()) : Optional.empty();
        int maxEntries = (int) world.random.between(1, 12);
        return new Query.Scan(
                prefix, after, maxEntries, (int) world.random.between(20, 2000), world.random.chance(0.2));
    }

    private void writes(SimCall call, int count) {
        call.invoked = all.moment();
        var commands = new ArrayList<Command>();
        var records = new ArrayList<WriteRecord>();
        long first = nextSequence;
        nextSequence += count;
        for (long sequence = first; sequence < nextSequence; sequence++) {
            unfinished.add(sequence);
        }
        for (long sequence = first; sequence < nextSequence; sequence++) {
            WriteRecord write = write(call, new WriteId(id, sequence));
            commands.add(write.command);
            records.add(write);
        }
        call.commands = commands;
        call.writes = records;
        int dice = world.random.below(100);
        call.concern = dice < 12 ? WriteConcern.ONE : dice < 24 ? WriteConcern.ALL : WriteConcern.MAJORITY;
    }

    private WriteRecord write(SimCall call, WriteId write) {
        Bytes key = all.randomKey();
        Optional<SimClients.Seen> seen = all.lastSeen(call.partition, key);
        Condition condition =
                switch (world.random.below(10)) {
                    case 0 -> new Condition.Absent();
                    case 1 -> new Condition.Present();
                    case 2, 3 ->
                        seen.<Condition>map(it -> new Condition.VersionIs(it.version()))
                                .orElse(Condition.NONE);
                    default -> Condition.NONE;
                };
        int expected =
                condition instanceof Condition.VersionIs ? seen.orElseThrow().value() : 0;
        boolean delete = world.random.chance(0.2);
        int value = delete ? 0 : all.newValue();
        // Now and then a write is only good for a short while, so that some come too late.
        long lifetime = world.random.chance(0.05) ? world.random.between(1, 300) : world.longestLifetimeMillis();
        Command.Operation operation =
                delete ? new Command.Delete(key, condition) : new Command.Put(key, all.bytes(value), condition);
        var command = new Command(
                write, doneBelow(), SimClients.START_MILLIS + world.queue.now() / MILLI + lifetime, operation);
        return new WriteRecord(command, value, expected, call.invoked, "client " + id + " #" + write.sequence());
    }

    /** A question for the outcome of a write that this client gave up: from then on it has one. */
    SimCall settle(SimCall given, WriteRecord write) {
        return settle(given, write, doneBelow());
    }

    /** The same from somebody else, who knows nothing of this client's other writes. */
    SimCall askedByOthers(SimCall given, WriteRecord write) {
        return settle(given, write, 0);
    }

    private SimCall settle(SimCall given, WriteRecord write, long doneBelow) {
        var call = new SimCall(this, given.partition);
        Command asked = write.command;
        call.commands = List.of(new Command(
                asked.id(),
                doneBelow,
                asked.notAfterMillis(),
                new Command.Settle(((Command.KeyOperation) asked.operation()).key())));
        call.writes = List.of(write);
        call.invoked = all.moment();
        call.begunAt = given.begunAt;
        call.settling = true;
        return call;
    }
}
