package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.Role;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A partition's replicas on a hand-operated network, clock and storage. Nothing happens by itself: a test steps, delivers,
 * drops, holds and makes durable, or lets everything {@link #settle}.
 */
final class Cluster {
    static final long EPOCH_MILLIS = 1_700_000_000_000L;
    private static final int TOO_MANY = 100_000;

    record Packet(SiteId from, SiteId to, PeerMessage message) {
        boolean on(String sender, String receiver) {
            return from.name().equals(sender) && to.name().equals(receiver);
        }
    }

    final Settings settings;
    final Map<SiteId, Replica> replicas = new TreeMap<>();
    final List<Packet> network = new ArrayList<>();
    long trueNanos = 1_000 * Settings.MILLI;

    private final Set<String> cuts = new HashSet<>();
    private final Map<Long, SiteId> leaderOfTerm = new HashMap<>();
    private final List<BiConsumer<SiteId, PartitionOutput>> observers = new ArrayList<>();
    private long nextToken;
    private long nextSequence;

    Cluster(Settings settings) {
        this.settings = settings;
        for (SiteId site : settings.sites) {
            var replica = new Replica(site, settings);
            replicas.put(site, replica);
            replica.start(trueNanos);
        }
    }

    static Cluster of(String... sites) {
        return new Cluster(new Settings(sites));
    }

    /** A cluster in which the first site leads and everything is quiet. */
    static Cluster ledByFirst(Settings settings) {
        var cluster = new Cluster(settings);
        cluster.tick(settings.sites.get(0).name());
        cluster.settle();
        assertThat(cluster.leader()).contains(settings.sites.get(0).name());
        return cluster;
    }

    void observe(BiConsumer<SiteId, PartitionOutput> observer) {
        observers.add(observer);
    }

    Replica at(String site) {
        return replicas.get(new SiteId(site));
    }

    PartitionCore core(String site) {
        return at(site).core();
    }

    // Steps.

    PartitionOutput step(String site, PartitionInput input) {
        Replica replica = at(site);
        PartitionOutput out = replica.step(trueNanos, input);
        out.messages().forEach(outgoing -> send(replica.site, outgoing));
        checkOneLeaderPerTerm(replica);
        observers.forEach(observer -> observer.accept(replica.site, out));
        return out;
    }

    PartitionOutput raft(String site, Input input) {
        return step(site, new PartitionInput.ToRaft(input));
    }

    PartitionOutput tick(String site) {
        return raft(site, new Input.Tick());
    }

    private void send(SiteId from, Outgoing outgoing) {
        network.add(new Packet(from, outgoing.to(), outgoing.message()));
    }

    private void checkOneLeaderPerTerm(Replica replica) {
        long term = replica.core().raft().leadingTerm();
        if (term > 0) {
            SiteId known = leaderOfTerm.computeIfAbsent(term, unknown -> replica.site);
            assertThat(known).as("leader of term %d", term).isEqualTo(replica.site);
        }
    }

    // Network.

    /** Delivers what fits the filter and is on its way now, in order; answers to it stay on their way. */
    int deliver(Predicate<Packet> filter) {
        List<Packet> now = network.stream().filter(filter).toList();
        network.removeAll(now);
        now.forEach(this::arrive);
        return now.size();
    }

    int deliver(String from, String to) {
        return deliver(packet -> packet.on(from, to));
    }

    void arrive(Packet packet) {
        boolean cut = cuts.contains(packet.from() + ">" + packet.to());
        if (!cut && replicas.get(packet.to()).up()) {
            raft(packet.to().name(), new Input.Received(packet.message()));
        }
    }

    List<Packet> drop(Predicate<Packet> filter) {
        List<Packet> dropped = network.stream().filter(filter).toList();
        network.removeAll(dropped);
        return dropped;
    }

    void cutOneWay(String from, String to) {
        cuts.add(from + ">" + to);
    }

    void cut(String one, String other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    void isolate(String site) {
        settings.sites.stream().map(SiteId::name).filter(it -> !it.equals(site)).forEach(it -> cut(site, it));
    }

    void heal() {
        cuts.clear();
    }

    // Storage and processes.

    void durable(String site) {
        step(site, at(site).writeDurable());
    }

    void crash(String site) {
        at(site).crash();
    }

    /** The site loses its storage and comes back with a new one. */
    void wipe(String site, long newIdentity) {
        at(site).wipe(newIdentity);
        at(site).start(trueNanos);
    }

    /** The site comes back with what its disk held when the copy was made. */
    void putBack(String site, Replica.DiskCopy copy) {
        at(site).putBack(copy);
        at(site).start(trueNanos);
    }

    void restart(String site) {
        at(site).crash();
        at(site).start(trueNanos);
    }

    /** Runs everything but time until nothing is on its way any more, except at held disks. */
    void settle() {
        for (int rounds = 0; settleOnce(); rounds++) {
            assertThat(rounds).as("rounds until the cluster is quiet").isLessThan(TOO_MANY);
        }
    }

    private boolean settleOnce() {
        boolean busy = deliver(packet -> true) > 0;
        for (Replica replica : replicas.values()) {
            busy |= replica.up() && storageOnce(replica);
        }
        return busy;
    }

    private boolean storageOnce(Replica replica) {
        String site = replica.site.name();
        if (replica.encoding.isPresent()) {
            step(site, replica.imageEncoded());
        } else if (replica.decoding.isPresent()) {
            step(site, replica.imageDecoded());
        } else if (!replica.diskHeld && replica.maySaveSnapshot()) {
            step(site, replica.snapshotDurable());
        } else if (!replica.diskHeld && replica.writing.isPresent()) {
            step(site, replica.writeDurable());
        } else {
            return false;
        }
        return true;
    }

    // Time.

    /** Time passes and nobody notices. */
    void pass(long millis) {
        trueNanos += millis * Settings.MILLI;
    }

    /** Time passes in steps of 10 ms; all tick that want to, and everything settles in each. */
    void run(long millis) {
        for (long left = millis; left > 0; left -= 10) {
            pass(Math.min(10, left));
            tickAll();
            settle();
        }
    }

    void tickAll() {
        replicas.values().stream()
                .filter(replica -> replica.up() && replica.core().needsTicks())
                .forEach(replica -> tick(replica.site.name()));
    }

    // Clients.

    Command put(String key, String value) {
        return put(++nextSequence, key, value);
    }

    Command put(long sequence, String key, String value) {
        return command(sequence, new Command.Put(Bytes.utf8(key), Bytes.utf8(value), Condition.NONE));
    }

    static Command command(long sequence, Command.Operation operation) {
        return new Command(new WriteId(7, sequence), 0, Long.MAX_VALUE, operation);
    }

    long submit(String site, WriteConcern concern, Command... commands) {
        long deadline = at(site).now(trueNanos).nanos() + 1_000 * Settings.MILLI;
        step(site, new PartitionInput.Submit(++nextToken, concern, deadline, List.of(commands)));
        return nextToken;
    }

    long submit(String site, Command... commands) {
        return submit(site, WriteConcern.MAJORITY, commands);
    }

    /** As many keys that begin alike, one after the other, each acknowledged before the next. */
    void write(String site, String prefix, int count) {
        for (int i = 0; i < count; i++) {
            submit(site, put(prefix + i, "v" + i));
            settle();
        }
    }

    /** A linearizable read, or one that may be so stale. */
    long ask(String site, String key, long maxStalenessMillis) {
        List<Query> query = List.of(new Query.Get(Bytes.utf8(key)));
        step(site, new PartitionInput.Ask(++nextToken, query, maxStalenessMillis));
        return nextToken;
    }

    /** The reply to this token at this site; each has at most one. */
    Optional<Reply> reply(String site, long token) {
        List<Reply> all =
                at(site).replies.stream().filter(it -> it.token() == token).toList();
        assertThat(all).as("replies to %d at %s", token, site).hasSizeLessThanOrEqualTo(1);
        return all.stream().findFirst();
    }

    // Looks.

    Optional<String> leader() {
        return replicas.values().stream()
                .filter(replica -> replica.up() && replica.core().raft().role() == Role.LEADER)
                .max((one, other) -> Long.compare(
                        one.core().raft().term(), other.core().raft().term()))
                .map(replica -> replica.site.name());
    }

    /** The others elect somebody when this site is gone: so each of their votes counts in a group of three. */
    void assertElectsWithout(String site) {
        crash(site);
        run(2_000);
        assertThat(leader()).isPresent();
    }

    void assertConverged() {
        List<Bytes> images = replicas.values().stream()
                .map(replica -> replica.core().currentImage().encode())
                .toList();
        assertThat(images).allMatch(images.get(0)::equals);
    }
}
