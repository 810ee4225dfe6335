package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static io.holdfast.core.sim.SimWorld.SECOND;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.sim.SimCall.WriteRecord;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All clients: they call, wait, retry with the same ids elsewhere as the SDK does, give up, and write down what they saw. */
final class SimClients {
    static final long START_MILLIS = 1_700_000_000_000L;
    private static final int KEYS = 10;
    /** By so much clocks may disagree where outcomes expire. */
    private static final long CLOCKS_MILLIS = 40;

    private static final int CROWD = 24;

    private static final long ALL_SITES_WITHIN = 80 * MILLI;

    private final SimWorld world;
    private final List<SimNode> nodes;
    private final List<SimPartition> partitions;
    private final SimHistory history;
    private final List<SimClient> clients = new ArrayList<>();
    private final Map<Long, SimCall> waiting = new HashMap<>();
    private final List<Bytes> keys = new ArrayList<>();
    private final Map<Bytes, Seen>[] seen;
    private final long pauseNanos;
    private final double loss;
    private final long stalenessSlackNanos;

    private long lastMoment;
    private int lastValue;
    private long lastToken;
    private int begun;
    private int underWay;
    private long lastEnd;

    /** What some client read last at a key. */
    record Seen(int value, long version) {}

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimClients(
            SimWorld world,
            List<SimNode> nodes,
            List<SimPartition> partitions,
            SimHistory history,
            long stalenessSlackNanos) {
        this.world = world;
        this.nodes = nodes;
        this.partitions = partitions;
        this.history = history;
        this.stalenessSlackNanos = stalenessSlackNanos;
        this.seen = new Map[partitions.size()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = new HashMap<>();
        }
        for (int i = 0; i < KEYS; i++) {
            keys.add(Bytes.utf8((i % 2 == 0 ? "x/" : "y/") + i));
        }
        for (int i = 0; i < world.options.clients(); i++) {
            clients.add(new SimClient(world, this, 1_000 + i));
        }
        long span = world.random.pick(List.of(1L, 2L, 4L)) * SECOND;
        double calls = world.options.operations() / SimClient.MEAN_SIZE;
        this.pauseNanos = (long) Math.min(8.0 * SECOND, span * world.options.clients() / Math.max(1, calls));
        this.loss = world.has(Fault.DROP) ? 0.02 : 0;
    }

    void start() {
        for (SimClient client : clients) {
            world.queue.after(world.random.exponential(pauseNanos), () -> next(client));
        }
    }

    long moment() {
        return ++lastMoment;
    }

    int newValue() {
        return ++lastValue;
    }

    Bytes randomKey() {
        if (world.meet(0.25)) {
            return SimTransactions.sharedKey(world.meetings);
        }
        // Some keys are hot.
        return keys.get(Math.min(world.random.below(KEYS), world.random.below(KEYS)));
    }

    Optional<Seen> lastSeen(int partition, Bytes key) {
        return Optional.ofNullable(seen[partition].get(key));
    }

    Bytes bytes(int value) {
        int length = 4 + value % 7 * 8;
        return Bytes.wrap(ByteBuffer.allocate(length).putInt(value).array());
    }

    static int valueOf(Bytes bytes) {
        return ByteBuffer.wrap(bytes.unsafeArray()).getInt();
    }

    /** Whether all operations have begun. */
    boolean allBegun() {
        return begun >= world.options.operations();
    }

    int begun() {
        return begun;
    }

    boolean idle() {
        return allBegun() && underWay == 0;
    }

    /** When the last call so far came to its end. */
    long lastEnd() {
        return lastEnd;
    }

    int underWay() {
        return underWay;
    }

    private void next(SimClient client) {
        if (allBegun()) {
            return;
        }
        started(client.next());
    }

    /** Many calls come at once: reads to one site, writes to the others. Two leaders at the same time would contradict each other. */
    void crowd(int site, int partition, long fromNanos, long untilNanos) {
        for (int i = 0; i < CROWD; i++) {
            world.queue.after(world.random.between(fromNanos, untilNanos), () -> {
                if (!allBegun() && !world.calm) {
                    SimClient client = world.random.pick(clients);
                    SimCall call = world.random.chance(0.5) ? client.reads(partition) : client.writes(partition);
                    int another = (site + 1 + world.random.below(nodes.size() - 1)) % nodes.size();
                    call.firstTarget = call.isRead() ? site : another;
                    call.single = true;
                    started(call);
                }
            });
        }
    }

    private void started(SimCall call) {
        begun += call.size();
        call.begunAt = world.queue.now();
        call.giveUpAt = world.queue.now() + world.random.between(300, 3000) * MILLI;
        begin(call);
    }

    private void begin(SimCall call) {
        underWay++;
        if (call.isRead()) {
            call.invoked = moment();
            long asOf = world.queue.now();
            if (call.maxStalenessMillis > 0) {
                // A clock may run at half the true rate, and so count an age as half of it.
                asOf -= 2 * call.maxStalenessMillis * MILLI + stalenessSlackNanos;
            }
            call.known = partitions.get(call.partition).model().known(asOf);
        }
        attempt(call);
    }

    private void attempt(SimCall call) {
        if (call.done) {
            return;
        }
        boolean patient = world.calm || call.settling;
        if (!patient && world.queue.now() >= call.giveUpAt) {
            giveUp(call);
            return;
        }
        long token = ++lastToken;
        call.token = token;
        waiting.put(token, call);
        int site = call.client.target(call);
        call.attempts++;
        if (world.trace.readable()) {
            world.trace.line(
                    "client " + call.client.id(),
                    "asks " + world.sites.get(site) + "/" + call.partition + " for "
                            + (call.isRead()
                                    ? call.queries + " at most " + call.maxStalenessMillis + " ms old"
                                    : call.concern + " " + call.commands)
                            + " token " + token);
        }
        if (!world.random.chance(loss)) {
            world.queue.after(world.random.between(MILLI / 20, MILLI / 2), () -> arrive(site, call, token));
        }
        if (!call.isRead() && world.has(Fault.LATE_COPY) && world.random.chance(0.03)) {
            call.unsure = true;
            int elsewhere = world.random.below(world.sites.size());
            long unheard = ++lastToken;
            world.queue.after(world.random.between(1, 4000) * MILLI, () -> arrive(elsewhere, call, unheard));
        }
        // A write to all sites is answered at its deadline at the latest, and the leader's clock may be slow.
        long least = call.concern == WriteConcern.ALL ? 3 * ALL_SITES_WITHIN : 100 * MILLI;
        long patience = least + world.random.between(0, 300) * MILLI;
        world.queue.after(patience, () -> {
            if (call.token == token && !call.done) {
                waiting.remove(token);
                call.unsure = true;
                call.client.leaderUnknown(call.partition);
                attempt(call);
            }
        });
    }

    private void arrive(int site, SimCall call, long token) {
        SimNode node = nodes.get(site);
        node.whenAwake(() -> {
            SimReplica replica = node.replica(call.partition);
            if (call.isRead()) {
                replica.step(new PartitionInput.Ask(token, call.queries, call.maxStalenessMillis));
            } else {
                long deadline = node.now().nanos() + ALL_SITES_WITHIN;
                replica.step(new PartitionInput.Submit(token, call.concern, deadline, call.commands));
            }
        });
    }

    /** A replica has answered. */
    void replied(int site, SimPartition partition, Reply reply) {
        SimCall call = waiting.get(reply.token());
        if (call != null && reply instanceof Reply.Written written) {
            checkPromise(site, partition, call, written);
        }
        if (call != null) {
            tally(site, call, reply);
        }
        if (world.random.chance(loss)) {
            return;
        }
        world.queue.after(world.random.between(MILLI / 20, MILLI / 2), () -> receive(site, reply));
    }

    private void tally(int site, SimCall call, Reply reply) {
        if (locked(reply)) {
            world.tally.count(call.isRead() ? SimTally.Event.READ_LOCKED : SimTally.Event.WRITE_LOCKED);
            return;
        }
        boolean follows = nodes.get(site)
                .replica(call.partition)
                .core()
                .filter(core -> core.raft().leadingTerm() == 0)
                .isPresent();
        if (reply instanceof Reply.Answered && call.maxStalenessMillis > 0 && follows) {
            world.tally.count(SimTally.Event.STALE_READ_BY_FOLLOWER);
        }
        if (reply instanceof Reply.Written && call.concern == WriteConcern.ALL) {
            world.tally.count(SimTally.Event.ANSWERED_WITH_ALL);
        }
        if (reply instanceof Reply.Written
                && call.concern == WriteConcern.ONE
                && partitions
                        .get(call.partition)
                        .model()
                        .find(call.commands.get(0).id())
                        .isEmpty()) {
            world.tally.count(SimTally.Event.ANSWERED_WITH_ONE);
        }
    }

    /** What an acknowledgement promises must be true when it leaves the replica. */
    private static void checkPromise(int site, SimPartition partition, SimCall call, Reply.Written written) {
        if (call.concern == WriteConcern.ALL && !locked(written)) {
            for (Command command : call.commands) {
                long index = partition
                        .model()
                        .find(command.id())
                        .orElseThrow(() -> CheckFailed.of("%s is acknowledged, but not committed", command.id()))
                        .index();
                if (!partition.checker().everySiteHolds(index)) {
                    throw CheckFailed.of(
                            "%s is acknowledged with ALL, but not every site holds %d", command.id(), index);
                }
            }
        }
        if (call.concern == WriteConcern.ONE && !locked(written)) {
            for (Command command : call.commands) {
                boolean committed = partition.model().find(command.id()).isPresent();
                if (!committed && !partition.checker().holdsUncommitted(site, command.id())) {
                    throw CheckFailed.of(
                            "%s is acknowledged with ONE, but its leader's journal does not hold it", command.id());
                }
            }
        }
        if (written.outcomes().size() != call.commands.size()) {
            throw CheckFailed.of("%s answers %s", written, call.commands);
        }
    }

    private void receive(int site, Reply reply) {
        SimCall call = waiting.remove(reply.token());
        if (call == null || call.done || call.token != reply.token()) {
            return;
        }
        if (world.trace.readable()) {
            world.trace.line("client " + call.client.id(), "hears from " + world.sites.get(site) + ": " + reply);
        }
        if (reply instanceof Reply.Refused refused) {
            refused(call, refused);
        } else if (locked(reply)) {
            call.unsure = true;
            again(call);
        } else if (reply instanceof Reply.Answered answered) {
            call.client.leaderIs(call.partition, site);
            answered(call, answered.answers());
        } else {
            call.client.leaderIs(call.partition, site);
            written(call, ((Reply.Written) reply).outcomes());
        }
    }

    /** A transaction holds a key that is asked for. What else was written has its outcome, and keeps it. */
    private static boolean locked(Reply reply) {
        boolean locked = false;
        if (reply instanceof Reply.Answered answered) {
            for (Query.Answer answer : answered.answers()) {
                locked |= answer instanceof Query.Denied;
            }
        } else if (reply instanceof Reply.Written written) {
            for (Outcome outcome : written.outcomes()) {
                locked |= outcome.kind() == Outcome.Kind.LOCKED;
            }
        }
        return locked;
    }

    private void again(SimCall call) {
        call.token = 0;
        // As the SDK does: the longer it has been trying, the rarer.
        double pause = 5.0 * MILLI * (1 << Math.min(5, call.attempts));
        world.queue.after(world.random.exponential(pause), () -> attempt(call));
    }

    private void refused(SimCall call, Reply.Refused refused) {
        refused.leader()
                .ifPresentOrElse(
                        leader -> call.client.leaderIs(call.partition, world.indexOf(leader)),
                        () -> call.client.leaderUnknown(call.partition));
        if (refused.reason() == Reply.Refusal.TIMED_OUT) {
            call.concern = WriteConcern.MAJORITY;
        }
        call.unsure |= !refused.reason().nothingHappened();
        if (refused.reason() == Reply.Refusal.FULL && !call.unsure && world.random.chance(0.5)) {
            notApplied(call);
        } else {
            again(call);
        }
    }

    /** The application is told that it failed, so it must never be applied. */
    private void notApplied(SimCall call) {
        for (WriteRecord write : call.writes) {
            write.returned = moment();
            write.outcome = Optional.of(new Outcome(Outcome.Kind.NOT_APPLIED, 0));
            call.client.finished(write.command.id());
        }
        end(call);
    }

    private void answered(SimCall call, List<Query.Answer> answers) {
        long returned = moment();
        for (int i = 0; i < answers.size(); i++) {
            answered(call, returned, call.queries.get(i), answers.get(i));
        }
        end(call);
    }

    private void answered(SimCall call, long returned, Query query, Query.Answer answer) {
        SimPartition partition = partitions.get(call.partition);
        if (query instanceof Query.Get get) {
            Query.Value value = (Query.Value) answer;
            partition.model().checkRead(world.queue.now(), get.key(), value, call.known);
            int number = value.value().map(SimClients::valueOf).orElse(0);
            if (number != 0) {
                seen[call.partition].put(get.key(), new Seen(number, value.version()));
            }
            if (call.maxStalenessMillis == 0) {
                history.read(call, get.key(), returned, number, value.version());
            }
        } else {
            partition.model().checkPage(world.queue.now(), (Query.Scan) query, (Query.Page) answer, call.known);
        }
    }

    private void written(SimCall call, List<Outcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            WriteRecord write = call.writes.get(i);
            Outcome outcome = outcomes.get(i);
            if (outcome.kind() == Outcome.Kind.FORGOTTEN) {
                checkExpired(call, write);
                call.client.finished(write.command.id());
                continue;
            }
            if (write.outcome.isEmpty() || write.mayBeLost) {
                write.returned = moment();
            }
            write.outcome = Optional.of(outcome);
            write.mayBeLost = call.concern == WriteConcern.ONE && call.attempts > 0;
            if (!write.mayBeLost) {
                partitions
                        .get(call.partition)
                        .model()
                        .checkAcknowledged(world.queue.now(), write.command.id(), outcome);
            }
            call.client.finished(write.command.id());
        }
        end(call);
    }

    /** What a client is not done with may only be forgotten when the client has been silent for the retention. */
    private void checkExpired(SimCall call, WriteRecord write) {
        if (call.client.saidDone(write.command.id())) {
            return;
        }
        long silentMillis = (world.queue.now() - call.begunAt) / MILLI;
        if (silentMillis < world.retentionMillis - CLOCKS_MILLIS) {
            throw CheckFailed.of(
                    "the outcome of %s was forgotten after %d ms, but its client was not done",
                    write.command, silentMillis);
        }
    }

    /** Somebody asks what became of a client's last write, perhaps so late that nobody can say any more. */
    private void askLater(SimCall last) {
        underWay++;
        SimCall question = last.client.askedByOthers(last, last.writes.get(0));
        world.queue.after(world.random.between(0, 2 * world.retentionMillis) * MILLI, () -> {
            underWay--;
            begin(question);
        });
    }

    private void giveUp(SimCall call) {
        if (!call.isRead() && world.random.chance(0.5)) {
            SimCall settling = call.client.settle(call, call.writes.get(0));
            call.writes.stream().skip(1).forEach(write -> call.client.finished(write.command.id()));
            begin(settling);
        } else {
            call.writes.forEach(write -> call.client.finished(write.command.id()));
        }
        if (world.trace.readable()) {
            world.trace.line("client " + call.client.id(), "gives up " + call.commands);
        }
        end(call);
    }

    private void end(SimCall call) {
        call.done = true;
        underWay--;
        lastEnd = world.queue.now();
        if (!call.isRead() && !call.settling) {
            history.wrote(call);
        }
        if (allBegun() && world.outcomesExpire() && !call.isRead() && !call.settling) {
            askLater(call);
        }
        if (!call.settling && !call.single) {
            world.queue.after(world.random.exponential(pauseNanos), () -> next(call.client));
        }
    }

    /** What still waits: for a message about a group that came to a standstill. */
    String stillWaiting() {
        var text = new StringBuilder();
        waiting.values().stream().filter(call -> !call.done).limit(5).forEach(call -> text.append(" partition ")
                .append(call.partition)
                .append(": ")
                .append(call.isRead() ? call.queries : call.commands)
                .append(" after ")
                .append(call.attempts)
                .append(" attempts;"));
        return text.toString();
    }
}
